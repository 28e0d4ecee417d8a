/**
 * The bars of the services in sight on a canvas: one a stay in a state, a tick where a process was started
 * again, and a line at the instant.
 *
 * @module
 */
import type { ServiceLine, Span } from '../insight/timeline';
import type { Selected } from './selection';
import { styleColor, toneOf } from './tones';

export interface BarRows {
  readonly lines: readonly ServiceLine[];
  readonly rowHeight: number;
  /** Of the first row, in pixels from the canvas's edge. */
  readonly top: number;
}

/** States in which nothing is to be seen. */
const isBlank = ({ state }: Span): boolean => state === 'down';

/** Sizes a canvas to its place, sharp on every screen; returns its context and its size in CSS pixels. */
export function prepare(canvas: HTMLCanvasElement) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser draws no canvas');
  context.scale(ratio, ratio);
  return { context, width, height };
}

/** Draws the rows, and the time they share. */
export function drawBars(canvas: HTMLCanvasElement, selected: Selected, rows: BarRows): void {
  const { context, width, height } = prepare(canvas);
  const { from, to, service } = selected.value;
  const xOf = (at: number): number => ((at - from) / (to - from)) * width;
  const end = selected.boot.timeline.end.at;
  for (const [row, line] of rows.lines.entries()) {
    const y = rows.top + row * rows.rowHeight;
    if (line.name === service) {
      context.fillStyle = styleColor('--chosen');
      context.fillRect(0, y, width, rows.rowHeight);
    }
    drawLine(context, line, { y: y + 4, height: rows.rowHeight - 8, width, end, xOf });
  }
  const { settled, isCutOff } = selected.boot.timeline;
  if (settled !== undefined && !isCutOff)
    drawMark(context, xOf(settled.at), { height, color: '--quiet' });
  drawMark(context, xOf(selected.at), { height, color: '--cursor' });
}

interface Place {
  readonly y: number;
  readonly height: number;
  readonly width: number;
  readonly end: number;
  readonly xOf: (at: number) => number;
}

function drawLine(context: CanvasRenderingContext2D, line: ServiceLine, place: Place): void {
  const { y, height, width, end, xOf } = place;
  let drawnTo = -1;
  for (const span of line.spans) {
    const [left, right] = [xOf(span.from.at), xOf(span.until?.at ?? end)];
    // What is narrower than a pixel and lies on one that is drawn cannot be seen.
    if (right < 0 || left > width || isBlank(span) || right < drawnTo) continue;
    drawnTo = Math.max(right, left + 1);
    const tone = toneOf(span.state);
    context.fillStyle = tone.line;
    context.globalAlpha = span.state === 'finished' || span.state === 'sync-done' ? 0.35 : 0.9;
    context.fillRect(
      Math.max(0, left),
      y,
      Math.max(1, Math.min(width, right) - Math.max(0, left)),
      height,
    );
    context.globalAlpha = 1;
    if (span.state === 'starting') context.fillRect(left, y - 2, 1, height + 4);
  }
}

function drawMark(
  context: CanvasRenderingContext2D,
  x: number,
  { height, color }: { readonly height: number; readonly color: string },
): void {
  context.fillStyle = styleColor(color);
  context.fillRect(Math.round(x), 0, 1, height);
}
