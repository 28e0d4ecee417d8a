/**
 * The colours of all pictures. Each tone has a light and a dark form; no colour stands for two
 * things, so that the style sheet of an SVG can exchange the one form for the other.
 *
 * @module
 */

export interface Tone {
  readonly fill: string;
  readonly line: string;
  /** Readable on `fill` and on the background: at least 4.5 to 1. */
  readonly text: string;
}

export type ToneName =
  'neutral' | 'waiting' | 'starting' | 'running' | 'done' | 'stopping' | 'retrying' | 'failed';

type ToneForms = Readonly<Record<ToneName, { readonly light: Tone; readonly dark: Tone }>>;

const forms: ToneForms = {
  neutral: {
    light: { fill: '#f1f3f5', line: '#868e96', text: '#495057' },
    dark: { fill: '#23292f', line: '#8b949e', text: '#c0c8d0' },
  },
  waiting: {
    light: { fill: '#fff4d6', line: '#d9a404', text: '#7d5d00' },
    dark: { fill: '#33290a', line: '#d4a72c', text: '#eac55f' },
  },
  starting: {
    light: { fill: '#dcebff', line: '#3b82e6', text: '#1a56b0' },
    dark: { fill: '#0f2743', line: '#4a90f0', text: '#86b9ff' },
  },
  running: {
    light: { fill: '#d9f5e1', line: '#2da44f', text: '#17692f' },
    dark: { fill: '#0e2f1b', line: '#3fb960', text: '#77dd95' },
  },
  done: {
    light: { fill: '#d5f3f3', line: '#12a0a0', text: '#0a6464' },
    dark: { fill: '#0a2e2e', line: '#2cb5b5', text: '#72dada' },
  },
  stopping: {
    light: { fill: '#ffe8d6', line: '#e8762c', text: '#9a4408' },
    dark: { fill: '#3a2010', line: '#f0883e', text: '#ffb27d' },
  },
  retrying: {
    light: { fill: '#ece4fd', line: '#8b5cf6', text: '#5b2fc4' },
    dark: { fill: '#261a42', line: '#a07bf8', text: '#c9b3ff' },
  },
  failed: {
    light: { fill: '#ffe0e0', line: '#dc3545', text: '#a31523' },
    dark: { fill: '#3d1418', line: '#f0545f', text: '#ff9ca2' },
  },
};

/** What is no box: the ground, plain text, small print, a frame around a group. */
export const surface = {
  background: { light: '#fefefe', dark: '#0d1117' },
  text: { light: '#1c2128', dark: '#e6edf3' },
  smallPrint: { light: '#5a636d', dark: '#9aa4af' },
  frameFill: { light: '#fafbfc', dark: '#151b22' },
  frameLine: { light: '#c3cad2', dark: '#4a535d' },
} as const;

/** Returns the light form of a tone: what is written into DOT and Mermaid. Pure. */
export const lightTone = (name: ToneName): Tone => forms[name].light;

/** Returns the dark form of a tone. Pure. */
export const darkTone = (name: ToneName): Tone => forms[name].dark;

/** Returns the dark colour for each light one. Pure. */
export function darkByLight(): ReadonlyMap<string, string> {
  const tones = Object.values(forms).flatMap(({ light, dark }) =>
    (['fill', 'line', 'text'] as const).map((part) => [light[part], dark[part]] as const),
  );
  return new Map([
    ...tones,
    ...Object.values(surface).map(({ light, dark }) => [light, dark] as const),
  ]);
}

/** A state's tone, by its outermost name: the same in the chart, in `deps` and in a timeline. */
const toneByState: Readonly<Record<string, ToneName>> = {
  'waiting-deps': 'waiting',
  starting: 'starting',
  running: 'running',
  'sync-done': 'done',
  stopping: 'stopping',
  respawning: 'retrying',
  failed: 'failed',
  booting: 'starting',
  emergency: 'failed',
  'shutting-down': 'stopping',
  clearing: 'stopping',
  ending: 'stopping',
};

/** Returns the tone of the state at `path` (`stopping.killing`). Pure. */
export const stateTone = (path: string): ToneName =>
  toneByState[path.split('.')[0] ?? ''] ?? 'neutral';
