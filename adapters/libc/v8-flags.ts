/**
 * V8's flags without node:v8, which loads Node's streams: 3 ms of a start, before the first service.
 *
 * @module
 */
import { setFlagsByNode, type SetV8Flags } from '../tune-v8';
import { bindOptional } from './koffi';

/** Of `static void v8::V8::SetFlagsFromString(const char *, size_t)`, which Node shows to its addons (Itanium C++ ABI). */
const symbol = '_ZN2v82V818SetFlagsFromStringEPKcm';

/** By that, else as Node has it. `bind`: for specs. */
export const setV8Flags = (flags: Parameters<SetV8Flags>[0], bind = bindOptional): void => {
  const setFlags = bind<[Buffer, number]>(`void ${symbol}(void *, size_t)`);
  if (setFlags === undefined) {
    setFlagsByNode(flags);
    return;
  }
  const text = Buffer.from(flags.join(' '));
  setFlags(text, text.length);
};
