/**
 * A boot as text for a terminal: as wide as it is, in colours where it has them.
 *
 * @module
 */
import { isatty } from 'node:tty';
import { styleText } from 'node:util';
import { mayColour } from '../../adapters/colour';
import { chartOf } from '../../insight/chart/chart';
import { chartText, textPlotWidth, type ChartInk } from '../../insight/chart/chart-text';
import { bootSentence } from '../../insight/chart/critical-report';
import { named } from '../program';
import { titleOf, type ChartView } from './view';

export interface TextViewOptions {
  /** Not to a terminal, but into a file. */
  readonly isToFile: boolean;
}

const standardOutput = 1;
const widthElsewhere = 80;

const styles: Readonly<Partial<Record<ChartInk, Parameters<typeof styleText>[0]>>> = {
  'waiting-deps': 'yellow',
  starting: 'blue',
  running: 'green',
  'sync-done': 'cyan',
  respawning: 'magenta',
  stopping: 'yellow',
  failed: 'red',
  tick: 'magenta',
  failure: 'red',
  critical: 'bold',
  dim: 'dim',
};

export const textView =
  ({ isToFile }: TextViewOptions): ChartView =>
  (shown) => {
    const { boot, header, us, services } = shown;
    const isTerminal = !isToFile && isatty(standardOutput);
    const width = widthOf(isTerminal);
    const names = boot.timeline.services.map(({ name }) => name);
    const unitUs = us / textPlotWidth(names, width);
    const lines = chartText(chartOf(boot, { us, unitUs, ...(services && { services }) }), {
      width,
      beginUs: boot.timeline.begin.at - header.at,
      isUnicode: isToFile || hasUnicode(),
      paint: isTerminal && mayColour(process.env) ? paint : (text) => text,
    });
    return [titleOf(shown), bootSentence(boot.timeline), '', ...lines, ''].join('\n');
  };

function paint(text: string, ink: ChartInk): string {
  const style = styles[ink];
  return style === undefined ? text : styleText(style, text);
}

/** As the terminal says, or as COLUMNS does. */
function widthOf(isTerminal: boolean): number {
  const told = Number(named(process.env['COLUMNS']));
  if (isTerminal && process.stdout.columns > 0) return process.stdout.columns;
  return Number.isInteger(told) && told > 0 ? told : widthElsewhere;
}

/** The console of a machine that just boots has no locale, and often no other characters. */
function hasUnicode(): boolean {
  const { LC_ALL, LC_CTYPE, LANG } = process.env;
  return /utf-?8/iu.test(named(LC_ALL) ?? named(LC_CTYPE) ?? named(LANG) ?? '');
}
