/** As much of SCION's engine as a spec needs; the types that it brings are of another TypeScript. */
declare module '@scion-scxml/core' {
  export interface ScionTransition {
    readonly event?: string;
    readonly target?: string;
    readonly type?: string;
    readonly cond?: () => boolean;
    readonly onTransition: readonly (() => void)[];
  }
  export interface ScionState {
    readonly id: string;
    readonly initial?: string;
    readonly onEntry: readonly (() => void)[];
    readonly onExit: readonly (() => void)[];
    readonly transitions: readonly ScionTransition[];
    readonly states: readonly ScionState[];
  }
  export class Statechart {
    /** A model that is given as it is goes through JSON first. */
    constructor(make: () => { readonly initial: string; readonly states: readonly ScionState[] });
    start(): string[];
    on(name: 'onSmallStepBegin', listener: () => void): void;
    gen(event: { readonly name: string }): string[];
  }
}
