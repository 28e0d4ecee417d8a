/** Placeholder until the fold itself is here; see ports.ts. @module */
export interface Transition {
  readonly seq: number;
  readonly at: number;
  readonly service: string;
  readonly from: string;
  readonly to: string;
  /** In people's words: `exited 1 after 0.2 s`. */
  readonly detail: string;
}
