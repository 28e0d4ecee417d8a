/**
 * The whole state of a running minit, asked for over its FIFOs.
 *
 * @module
 */
import { decodeReply, encodeRequest } from '../machines/control-protocol';
import { fromPlain, type PlainState } from '../machines/snapshot';
import type { SupervisorState } from '../machines/state';
import { clientSystem } from './client-system';
import { exchange, type ControlError } from './control-client';

/** Returns the state of the minit of `root` as of now, or why it cannot be had. */
export function readLiveState(root: string): { readonly state: SupervisorState } | ControlError {
  const answer = exchange({ root, ...clientSystem }, [encodeRequest({ do: 'state' })]);
  if ('code' in answer) return answer;
  const reply = decodeReply(answer.replies[0] ?? '');
  const problem =
    reply === undefined ? 'it is the original minit, which tells no state' : reply.problem;
  if (problem !== undefined) return { code: 'system', text: problem };
  try {
    return { state: fromPlain(reply?.state as PlainState) };
  } catch {
    return { code: 'system', text: 'its state is that of another version of minit' };
  }
}
