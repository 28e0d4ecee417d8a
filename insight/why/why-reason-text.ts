/**
 * The sentences of the links that give a reason. Pure.
 *
 * @module
 */
import { describeErrorCode } from '../../machines/describe-failure';
import { signalName } from '../../machines/describe';
import type { Asker } from '../../machines/state';
import type { Claim, Link } from './why-chain';
import type { OrderKind } from './why-orders';
import { endText, type Teller } from './why-teller';

type ClaimOf<K extends Claim['kind']> = Extract<Claim, { kind: K }>;

/** Returns what a link gives as a reason. */
export function reasonText(link: Link, teller: Teller): string {
  const { claim, cause } = link;
  const name = teller.name(link);
  const when = cause === undefined ? '' : ` ${teller.time(cause.at)}`;
  // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- the others say something of a state
  switch (claim.kind) {
    case 'process-ended':
    case 'start-failed':
      return `${name}: ${endText(claim)}`;
    case 'released':
      return claim.isDropped
        ? `${name} was started${when}, when it was clear that it must do without ${claim.by}`
        : `${name} was started${when}, when ${claim.by} let it go on${outcomeText(link)}`;
    case 'restarted':
      return `${name} was started again${when}${teller.because(link)}`;
    case 'adopted':
      return `The process of ${name} was told to minit${when} (${cause?.text ?? 'by its PID'})`;
    case 'ordered':
      return `An operator ${orderText(claim)} ${name}${when}`.replace(/ $/u, '');
    case 'asked':
      return askedText(link, claim.asker, teller);
    case 'asker-unknown':
      return `${name} was asked for by no service; who did is not on record`;
    case 'stopped-by-whom':
      return `Who asked ${name} to stop is not on record`;
    case 'and-so-on':
      return `${name} leads on, by ${String(claim.count)} more services, to the next`;
    case 'missing':
      return missingText(name, claim, when);
    case 'skipped':
      return skippedText(name, claim);
    case 'goes-without':
      return `${name} lists it in its depends, and goes without it; why is not on record`;
    case 'listed-since':
      return `${name} lists it in its depends, but did not when it was started`;
    case 'walk-dropped':
      return `${name} needs it, but minit was told to end before its directory was read`;
    case 'held-by':
      return `${name} is stopped when nothing is left that needs it: ${claim.dependents.join(', ')}${claim.more > 0 ? ` and ${String(claim.more)} more` : ''}`;
    case 'shutdown':
      return shutdownText(link, claim, when);
    case 'init-state':
      return `minit is in ${link.state}${originText(link)}`;
    default:
      return `${name}: ${claim.kind}`;
  }
}

/** What the dependency did that let it go on. */
function outcomeText({ cause }: Link): string {
  return cause === undefined ? '' : ` (${cause.text})`;
}

function originText({ cause }: Link): string {
  if (cause === undefined) return '';
  const { text, origin, seq } = cause;
  return origin.seq === seq ? `: ${text}` : `: ${text}, because: ${origin.text}`;
}

const orderVerbs: Readonly<Record<OrderKind, string>> = {
  start: 'started',
  'start-once': 'asked for a single run of',
  stop: 'stopped',
  'respawn-on': 'switched on the respawn of',
  'respawn-off': 'switched off the respawn of',
  signal: 'signalled',
  'set-pid': 'told the PID of',
  'expect-pid': 'announced the PID of the daemon of',
  clear: 'had minit look whether there still is a process of',
};

function orderText({ order, signal }: ClaimOf<'ordered'>): string {
  return signal === undefined ? orderVerbs[order] : `sent ${signalName(signal)} to`;
}

/** `web was asked for at … as a dependency of net (net/depends:2), one of default (…), which minit starts by itself`. */
function askedText(link: Link, asker: Asker, teller: Teller): string {
  const when = link.cause === undefined ? '' : ` ${teller.time(link.cause.at)}`;
  let text = `${teller.name(link)} was asked for${when} ${byText(asker)}`;
  for (let one = teller.next(link); one !== undefined; one = teller.next(one))
    text += `, ${furtherText(one)}`;
  return text;
}

/** How an asker was asked for itself. */
function furtherText({ claim }: Link): string {
  if (claim.kind === 'and-so-on') return `and so on by ${String(claim.count)} more`;
  if (claim.kind !== 'asked') return 'which was asked for by what is not on record';
  const { asker } = claim;
  switch (asker.kind) {
    case 'dependent':
      return `one of ${dependentText(asker)}`;
    case 'word':
      return "which is on minit's command line";
    case 'default':
      return 'which minit starts by itself';
    case 'key':
      return `which a key asked for (${asker.signal})`;
    case 'operator':
      return 'which an operator asked for';
  }
}

const dependentText = ({ name, line }: { name: string; line: number }): string =>
  line === 0 ? name : `${name} (${name}/depends:${String(line)})`;

function byText(asker: Asker): string {
  switch (asker.kind) {
    case 'dependent':
      return `as a dependency of ${dependentText(asker)}`;
    case 'word':
      return "by minit's command line";
    case 'default':
      return 'by minit itself, whose command line named no other';
    case 'key':
      return `by a key (${asker.signal})`;
    case 'operator':
      return 'by an operator';
  }
}

function missingText(name: string, claim: ClaimOf<'missing'>, when: string): string {
  const { asker, error } = claim;
  const problem =
    error.code === 'ENOENT'
      ? 'there is no directory of it'
      : `its directory cannot be read: ${describeErrorCode(error.code)} (${error.code})`;
  return `${name} was asked for${when} ${byText(asker)}, but ${problem}`;
}

function skippedText(name: string, { dependency, file, line, why }: ClaimOf<'skipped'>): string {
  const place =
    file === undefined ? '' : ` (${file}${line === undefined ? '' : `:${String(line)}`})`;
  const without = `${name}${place} goes on without ${dependency}`;
  switch (why.kind) {
    case 'black-listed':
      return `${without}: it is black-listed on the command line`;
    case 'cycle':
      return `${without}: it closes the cycle ${why.path.join(' -> ')}`;
    case 'missing':
      return why.error.code === 'ENOENT'
        ? `${without}: there is no such service`
        : `${without}: its directory cannot be read: ${describeErrorCode(why.error.code)} (${why.error.code})`;
  }
}

function shutdownText({ state, cause }: Link, claim: ClaimOf<'shutdown'>, when: string): string {
  if (claim.isOver === true || state === 'halted') {
    const origin =
      cause === undefined ? '; when is not on record' : `${when}: ${cause.origin.text}`;
    const isOver = state === 'halted' ? 'it has halted' : `it is ${state} again`;
    return `minit took the services down${origin}; ${isOver}`;
  }
  const reading =
    claim.reading === undefined
      ? ''
      : `; it reads ${claim.reading}, which says what goes down first`;
  const origin =
    cause === undefined
      ? 'since when is not on record'
      : `since ${when.replace(/^ (?:at )?/u, '')}: ${cause.origin.text}`;
  return `minit is ${state === 'emergency' ? 'in emergency' : state}: it takes the services down ${origin}${reading}`;
}
