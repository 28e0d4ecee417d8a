/**
 * Who may import whom. ESLint sees one file at a time; this sees the graph, and prints the chain.
 *
 * @type {import('dependency-cruiser').IConfiguration}
 */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'A cycle means that two files are one file.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'A file that nobody imports is dead.',
      from: { orphan: true, pathNot: '^(cli|diagrams|spec|vm|page)/' },
      to: {},
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      comment: 'It would not even start.',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'machines-are-pure',
      severity: 'error',
      comment: 'machines/ may use xstate, nothing else.',
      from: { path: '^machines/' },
      to: { pathNot: '^(machines|node_modules/xstate)/' },
    },
    {
      name: 'minit-steps-its-charts-itself',
      severity: 'error',
      comment:
        'The charts are data: minit starts without XState, which is for tools and specs (decision 0028).',
      from: {
        path: '^(machines|effects|adapters|cli/minit\\.ts$)',
        pathNot: '^machines/xstate-machines\\.ts$',
      },
      to: {
        path: '^(machines/xstate-machines|node_modules/xstate/)',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'insight-is-pure',
      severity: 'error',
      comment:
        'insight/ understands logs, in a browser as well: it may use machines/, nothing else.',
      from: { path: '^insight/' },
      to: { pathNot: '^(insight|machines)/' },
    },
    {
      name: 'the-page-runs-in-a-browser',
      severity: 'error',
      comment: 'page/ has no Node: it may use what is pure.',
      from: { path: '^page/' },
      to: { pathNot: '^(page|insight|machines|diagrams/palette)' },
    },
    {
      name: 'nothing-imports-the-page',
      severity: 'error',
      comment: 'It is bundled into a file of its own.',
      from: { pathNot: '^(page|spec)/' },
      to: { path: '^page/' },
    },
    {
      name: 'supervision-needs-no-insight',
      severity: 'error',
      comment: 'What runs as PID 1 decides; it does not explain itself.',
      from: { path: '^(machines|effects)/' },
      to: { path: '^insight/' },
    },
    {
      name: 'effects-know-ports-only',
      severity: 'error',
      comment: 'effects/ may use machines/ and rxjs; the world is behind its ports.',
      from: { path: '^effects/' },
      to: { pathNot: '^(effects|machines|node_modules/rxjs)/' },
    },
    {
      name: 'nothing-imports-cli',
      severity: 'error',
      comment: 'A program is the top; what two of them share belongs below.',
      from: { pathNot: '^(cli|spec)/' },
      to: { path: '^cli/' },
    },
    {
      name: 'nothing-imports-spec',
      severity: 'error',
      comment: 'Code must not know how it is tested.',
      from: { pathNot: '^spec/' },
      to: { path: '^spec/' },
    },
    {
      name: 'supervision-draws-nothing',
      severity: 'error',
      comment: 'A diagram is no business of what runs as PID 1.',
      from: { path: '^(machines|effects|adapters)/' },
      to: { path: '^diagrams/' },
    },
    {
      name: 'nothing-imports-vm',
      severity: 'error',
      comment: 'What makes an image is no part of what goes into it, and needs none of it.',
      from: { path: '^(machines|insight|effects|adapters|cli|diagrams)/' },
      to: { path: '^vm/' },
    },
    {
      name: 'koffi-only-in-libc',
      severity: 'error',
      comment: 'One folder talks to C.',
      from: { pathNot: '^(adapters/libc|spec)/' },
      to: { path: 'node_modules/(koffi|@koromix)/' },
    },
    {
      name: 'rxjs-only-in-the-shell',
      severity: 'error',
      comment: 'The core is a function of state and event.',
      from: { pathNot: '^(effects|adapters|cli|spec)/' },
      to: { path: 'node_modules/rxjs/' },
    },
    {
      name: 'one-owner-for-children',
      severity: 'error',
      comment: 'libuv and waitpid(-1) would take the exit statuses from each other.',
      from: { pathNot: '^(spec|vm)/' },
      to: { path: '^(node:)?child_process$' },
    },
    {
      name: 'no-dev-dependencies-in-production',
      severity: 'error',
      comment: 'What is installed has none of them.',
      from: { path: '^(machines|insight|effects|adapters|cli)/' },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/@types/',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['require', 'node', 'default', 'types'],
    },
  },
};
