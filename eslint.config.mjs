// @ts-check
/**
 * What a linter can see of the rules of the house: imports go one way (machines ← effects ←
 * adapters ← cli), the core is deterministic, functions stay small. dependency-cruiser checks the
 * imports once more, with the whole chain in view.
 *
 * @module
 */
import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import { basename } from 'node:path';
import ts from 'typescript-eslint';

/** A file is named for what it holds. */
const fileName = {
  /** @param {import('eslint').Rule.RuleContext} context */
  create(context) {
    const [name = ''] = basename(context.filename).split('.');
    return {
      /** @param {import('estree').Program} node */
      Program(node) {
        if (/^(utils?|common|misc|helpers?)$/.test(name)) {
          context.report({
            node,
            message: `"${name}" says nothing: name the file for what it holds.`,
          });
        }
      },
    };
  },
};

const time = 'Time arrives in the event, as `at`.';
const bans = {
  globals: ['process', 'console', 'performance', 'Buffer', 'fetch'].concat([
    'setTimeout',
    'setInterval',
    'setImmediate',
    'queueMicrotask',
  ]),
  properties: [
    { object: 'Date', property: 'now', message: time },
    { object: 'Math', property: 'random', message: 'Draw from the seed held in state.' },
  ],
  clock: { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: time },
  core: [
    {
      selector: "Property[key.name='after'][value.type='ObjectExpression']",
      message: 'A delay is a StartTimer effect; xstate/graph cannot walk `after`.',
    },
    {
      selector: "Property[key.name='invoke']",
      message: 'Emit an effect; xstate/graph cannot walk `invoke`.',
    },
    { selector: ':function[async=true]', message: 'The core is synchronous.' },
  ],
};

/**
 * @param {string} folder
 * @param {string} regex what it must not import
 * @param {string} message
 */
const imports = (folder, regex, message) => ({
  files: [`${folder}/**`],
  rules: { 'no-restricted-imports': ['error', { patterns: [{ regex, message }] }] },
});

const childProcess = '^(node:)?child_process$';
const koffi = '^(koffi$|@koromix/)';

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', 'diagrams/generated/', 'bench/out/', 'vm/out/']),
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  {
    plugins: { minit: { rules: { 'file-name': fileName } } },
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'minit/file-name': 'error',
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 3],
      eqeqeq: 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: false, requireDefaultForNonUnion: true },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // `return send(…)` in a switch over a union ends the case, and says that nothing follows.
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
    },
  },
  {
    files: ['machines/**'],
    rules: {
      'no-restricted-globals': ['error', ...bans.globals],
      'no-restricted-properties': ['error', ...bans.properties],
      'no-restricted-syntax': ['error', bans.clock, ...bans.core],
    },
  },
  {
    files: ['effects/**', 'insight/**'],
    rules: {
      'no-restricted-globals': ['error', ...bans.globals],
      'no-restricted-properties': ['error', ...bans.properties],
      'no-restricted-syntax': ['error', bans.clock],
    },
  },
  imports(
    'page',
    '^(?!\\./|\\.\\./(machines|insight)/|\\.\\./diagrams/palette$)',
    'page/ runs in a browser: it may import itself, and what is pure.',
  ),
  imports(
    'insight',
    '^(?!\\.)|^(\\.\\./)+(adapters|effects|cli|diagrams|page|spec|vm)/',
    'insight/ is pure: it may import itself and machines/.',
  ),
  imports('machines', '^(?!\\./|xstate$)', 'machines/ is pure: it may import itself and xstate.'),
  imports(
    'effects',
    '^(?!\\./|\\.\\./machines/|rxjs$)',
    'effects/ reaches the world through its ports: it may import machines/ and rxjs.',
  ),
  imports(
    'adapters',
    `^(\\.\\./)+(cli|spec|diagrams)/|${childProcess}|${koffi}`,
    'adapters/ is below cli/; only adapters/libc/ talks to C, and starts processes.',
  ),
  imports(
    'adapters/libc',
    `^(\\.\\./)+(cli|spec|diagrams)/|${childProcess}`,
    'adapters/ is below cli/; processes are started by posix_spawn.',
  ),
  imports(
    'cli',
    `^(\\.\\./)+spec/|${childProcess}|${koffi}`,
    'Nothing imports spec/, and only adapters/libc/ talks to C.',
  ),
  imports(
    'diagrams',
    `^(\\.\\./)+(cli|spec)/|${childProcess}|${koffi}`,
    'diagrams/ draws what machines/ and effects/ say.',
  ),
  // A machine is one long object.
  {
    files: ['machines/service.ts', 'machines/init.ts'],
    rules: { 'max-lines-per-function': 'off', 'max-lines': 'off' },
  },
  // A port is made of closures: there is no `this` that could get lost.
  {
    files: ['effects/**', 'adapters/**', 'spec/**'],
    rules: { '@typescript-eslint/unbound-method': 'off' },
  },
  {
    files: ['spec/**', 'bench/**'],
    rules: {
      // A describe block, or a measurement, is a function as long as its subject asks for.
      'max-lines-per-function': 'off',
      'max-lines': 'off',
      'max-params': ['error', 4],
      // A spec looks at the cases that it is about.
      '@typescript-eslint/switch-exhaustiveness-check': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    extends: [ts.configs.disableTypeChecked],
    // Node's globals, of which the compiler knows more than a list here would.
    rules: { 'no-undef': 'off', '@typescript-eslint/no-require-imports': 'off' },
  },
);
