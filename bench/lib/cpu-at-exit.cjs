/** Loaded with `--require`: writes the CPU time of a program to the file `BENCH_CPU` when it exits. */
const { writeFileSync } = require('node:fs');

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  writeFileSync(process.env.BENCH_CPU, String((user + system) / 1e6));
});
