/**
 * The links of one explanation while it is put together. Pure.
 *
 * @module
 */
import type { ServiceName } from '../../machines/definition';
import { describeEvent } from '../../machines/describe-event';
import { innerState, stateName, type AgendaItem, type SupervisorState } from '../../machines/state';
import type { CauseNode } from './cause-chain';
import type { Cause, Claim, Link, Root } from './why-chain';
import type { WhyHistory } from './why-history';

/** What a link is made of; see {@link Link}. */
export interface LinkParts {
  readonly subject: ServiceName | undefined;
  readonly claim: Claim;
  readonly node?: CauseNode | undefined;
  readonly root?: Root | undefined;
}

/** Places of links; `undefined` where there is nothing more to say. */
export type Places = readonly (number | undefined)[];

type Growing = { -readonly [K in keyof Link]: Link[K] };

export class WhyLinks {
  readonly links: Growing[] = [];
  readonly #places = new Map<string, number | undefined>();
  #depth = 0;

  constructor(
    readonly state: SupervisorState,
    readonly history: WhyHistory | undefined,
    private readonly explainService: (links: WhyLinks, name: ServiceName) => number,
  ) {}

  /** Adds a link, then what `because` adds, on which it rests. Returns its place. */
  add({ subject, claim, node, root }: LinkParts, because: () => Places = () => []): number {
    const place = this.links.length;
    const link: Growing = {
      subject,
      ...this.#stateOf(subject),
      claim,
      cause: node && causeOf(node),
      because: [],
      root: undefined,
    };
    this.links.push(link);
    link.because = because().filter((reason) => reason !== undefined);
    if (link.because.length === 0)
      link.root = root ?? (node === undefined ? 'not-recorded' : 'event');
    return place;
  }

  /**
   * Explains a thing once, and refers to that later. `undefined` for what is only just being explained: a
   * chain never comes back to itself.
   */
  once(key: string, add: () => number): number | undefined {
    if (this.#places.has(key)) return this.#places.get(key);
    this.#places.set(key, undefined);
    const place = add();
    this.#places.set(key, place);
    return place;
  }

  /** What explains the state of a service. */
  service(name: ServiceName): number | undefined {
    return this.once(`service ${name}`, () => {
      this.#depth += 1;
      try {
        return this.explainService(this, name);
      } finally {
        this.#depth -= 1;
      }
    });
  }

  /** So many services are being explained, each because of the one before. */
  get depth(): number {
    return this.#depth;
  }

  #stateOf(subject: ServiceName | undefined): Pick<Link, 'state' | 'inner'> {
    if (subject === undefined) return { state: this.state.init.value, inner: undefined };
    const service = this.state.services.get(subject);
    if (service === undefined) return { state: 'unknown', inner: undefined };
    return { state: stateName(service), inner: innerState(service) };
  }
}

function causeOf({ seq, at, event, origin }: CauseNode): Cause {
  return {
    seq,
    at,
    text: describeEvent(event),
    origin: { seq: origin.seq, at: origin.at, text: describeEvent(origin.event) },
  };
}

export type StartItem = AgendaItem & { readonly kind: 'start' };

/** The start of `name` that the walk has still to come to, or stands at, if there is one. */
export function pendingStart(state: SupervisorState, name: ServiceName): StartItem | undefined {
  const { reading, agenda, requested } = state;
  const isIt = (item: AgendaItem): item is StartItem =>
    item.kind === 'start' && item.service === name;
  if (reading?.service === name) return reading;
  for (let node = agenda; node !== undefined; node = node.rest)
    if (isIt(node.item)) return node.item;
  return requested.find(isIt);
}
