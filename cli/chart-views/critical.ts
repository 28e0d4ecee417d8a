/**
 * The chain that set the length of a boot, or of the time until chosen services were up.
 *
 * @module
 */
import { criticalPath, type CriticalPath } from '../../insight/chart/critical-path';
import { criticalReport } from '../../insight/chart/critical-report';
import type { ChartView, ShownBoot } from './view';

export interface CriticalViewOptions {
  readonly isJson: boolean;
}

export const criticalView =
  ({ isJson }: CriticalViewOptions): ChartView =>
  (shown) => {
    const { boot, header, services } = shown;
    const { path, timeline } = boot;
    if (path === undefined) {
      const after = String(timeline.begin.seq);
      return { failure: `the log begins after event ${after}: how the boot went is gone` };
    }
    const chosen =
      services === undefined ? { path, subject: 'boot settled' } : pathTo(shown, services);
    if ('failure' in chosen) return chosen;
    if (!isJson) return `${criticalReport(chosen.path, chosen.subject, header.at).join('\n')}\n`;
    const { begin, end } = chosen.path;
    const json = {
      boot: header.boot,
      target: chosen.subject,
      us: end.at - begin.at,
      ...chosen.path,
    };
    return `${JSON.stringify(json)}\n`;
  };

/** Until the last of the services was up. */
function pathTo(
  { boot: { graph } }: ShownBoot,
  services: ReadonlySet<string>,
): { readonly path: CriticalPath; readonly subject: string } | { readonly failure: string } {
  const late = [...services].find((name) => !graph.settledByService.has(name));
  if (late !== undefined) return { failure: `${late} had not been up or done by then` };
  const [name = '', node = 0] =
    [...graph.settledByService]
      .filter(([service]) => services.has(service))
      .sort(([, a], [, b]) => b - a)[0] ?? [];
  return { path: criticalPath(graph, node), subject: `${name} was up or done` };
}
