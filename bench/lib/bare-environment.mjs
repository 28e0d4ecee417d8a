/**
 * Imported first: takes from this program, and so from all that it starts, the environment that an init would not
 * have. What is in it may cost more than what is measured: with NODE_EXTRA_CA_CERTS Node takes 80 ms and 4 MB
 * more to start.
 *
 * @module
 */
const kept = new Set(['PATH', 'HOME', 'TMPDIR', 'TERM']);

for (const name of Object.keys(process.env))
  if (!kept.has(name)) Reflect.deleteProperty(process.env, name);
