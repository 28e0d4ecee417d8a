/**
 * Who needs whom, as a picture coloured as of the instant: columns of services, what needs nothing on the
 * left; the lines of the chosen one stand out.
 *
 * @module
 */
import { layersOf, type Layers } from '../insight/layers';
import { stateName, type SupervisorState } from '../machines/state';
import { prepare } from './bars';
import type { Selected } from './selection';
import { onToneChange, styleColor, toneOf, type Tone } from './tones';

interface Box {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const boxHeightMax = 20;
const boxWidthMax = 150;
/** Below this a name cannot be read. */
const namedHeightMin = 10;

export class DependencyPicture {
  #boxes: readonly Box[] = [];
  #known: { readonly count: number; readonly layers: Layers } | undefined;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly selected: Selected,
  ) {
    canvas.addEventListener('click', (event) => {
      const { left, top } = canvas.getBoundingClientRect();
      const [x, y] = [event.clientX - left, event.clientY - top];
      const hit = this.#boxes.find(
        (box) => x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height,
      );
      if (hit !== undefined) selected.change({ service: hit.name });
    });
    const draw = this.draw.bind(this);
    new ResizeObserver(draw).observe(canvas);
    onToneChange(draw);
    selected.onChange(draw);
  }

  draw(): void {
    const { boot, value } = this.selected;
    const state = boot.stateAt(value.index);
    const { context, width, height } = prepare(this.canvas);
    this.#boxes = placeBoxes(this.#layersAt(state), width, height);
    const boxByName = new Map(this.#boxes.map((box) => [box.name, box]));
    for (const isChosen of [false, true])
      for (const box of this.#boxes)
        for (const needed of state.services.get(box.name)?.context.needs ?? []) {
          const other = boxByName.get(needed);
          const touches = box.name === value.service || needed === value.service;
          if (other === undefined || touches !== isChosen) continue;
          drawLink(context, [other, box], isChosen);
        }
    for (const box of this.#boxes) {
      const service = state.services.get(box.name);
      const tone = toneOf(service === undefined ? '' : stateName(service));
      drawBox(context, box, { tone, isChosen: box.name === value.service });
    }
  }

  /** Services and what they need only ever grow in number during a boot. */
  #layersAt({ services }: SupervisorState): Layers {
    if (this.#known?.count === services.size) return this.#known.layers;
    const needs = new Map([...services].map(([name, { context }]) => [name, context.needs]));
    this.#known = { count: services.size, layers: layersOf(needs) };
    return this.#known.layers;
  }
}

function placeBoxes({ columns }: Layers, width: number, height: number): Box[] {
  const step = width / Math.max(1, columns.length);
  return columns.flatMap((names, column) => {
    const each = height / names.length;
    const size = {
      width: Math.min(boxWidthMax, step * 0.72),
      height: Math.min(boxHeightMax, each * 0.8),
    };
    return names.map((name, row) => ({
      name,
      x: column * step + (step - size.width) / 2,
      y: row * each + (each - size.height) / 2,
      ...size,
    }));
  });
}

function drawLink(
  context: CanvasRenderingContext2D,
  [from, to]: readonly [Box, Box],
  isChosen: boolean,
): void {
  const [x1, y1] = [from.x + from.width, from.y + from.height / 2];
  const [x2, y2] = [to.x, to.y + to.height / 2];
  const bend = Math.max(12, Math.abs(x2 - x1) / 2);
  context.strokeStyle = styleColor(isChosen ? '--cursor' : '--line');
  context.lineWidth = isChosen ? 1.6 : 1;
  context.beginPath();
  context.moveTo(x1, y1);
  context.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2, y2);
  context.stroke();
}

function drawBox(
  context: CanvasRenderingContext2D,
  box: Box,
  { tone, isChosen }: { readonly tone: Tone; readonly isChosen: boolean },
): void {
  context.fillStyle = tone.fill;
  context.strokeStyle = isChosen ? styleColor('--cursor') : tone.line;
  context.lineWidth = isChosen ? 2.5 : 1;
  context.fillRect(box.x, box.y, box.width, box.height);
  context.strokeRect(box.x, box.y, box.width, box.height);
  if (box.height < namedHeightMin) return;
  context.fillStyle = tone.text;
  context.font = `${String(Math.min(12, box.height * 0.62))}px system-ui, sans-serif`;
  context.textBaseline = 'middle';
  context.save();
  context.beginPath();
  context.rect(box.x, box.y, box.width, box.height);
  context.clip();
  context.fillText(box.name, box.x + 5, box.y + box.height / 2 + 0.5);
  context.restore();
}
