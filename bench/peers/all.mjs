/**
 * All supervisors that the benchmark knows. Each is an object:
 *
 * - `name`; `isNode` when Node's start is in its boot; `canOrder` when services can depend on each other;
 *   `servicesMax` where that is compiled in; `hint`: how to get it, if peers.sh does not;
 * - `version()`: undefined when it is not on this machine;
 * - `prepare(home)`: writes its files for `home.set` into the empty directory `home.dir`;
 * - `command(home)`: `{argv}`, what launches it in the foreground, and `etc`, a directory that it must see as /etc;
 * - `stop(home)`: `{signal}` to the supervisor, or `{argv}` of a client, that stops all services;
 * - `status`, if there is such a thing: `one(home)`, `all(home)` and `each(home)` are commands that show one service,
 *   all without naming them, and all by name. Where a client takes one name only, `eachByOne(home)` is the
 *   command without it, and `eachName(home, name)` what it takes. `countShown(text)` where a service is not a line.
 *
 * @module
 */
import { cMinit } from './c-minit.mjs';
import { daemontools } from './daemontools.mjs';
import { dinit } from './dinit.mjs';
import { floor } from './floor.mjs';
import { minit } from './minit.mjs';
import { naiveNode } from './naive-node.mjs';
import { pm2 } from './pm2.mjs';
import { runit } from './runit.mjs';
import { s6 } from './s6.mjs';
import { supervisor } from './supervisor.mjs';

/** @param {{programs: Record<string, string>, floorProgram: string}} paths */
export const allPeers = ({ programs, floorProgram }) => [
  floor(floorProgram),
  minit(programs),
  cMinit,
  dinit,
  runit,
  s6,
  daemontools,
  naiveNode,
  supervisor,
  pm2,
];

/** By what a peer is named on the command line. */
export const keyOf = ({ name }) => name.toLowerCase().replace(' ', '-');
