// The reference: one page for each package, written from its types and its comments by TypeDoc.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import starlightTypeDoc from 'starlight-typedoc';
import { Converter, ReflectionKind } from 'typedoc';

const packages = join(dirname(fileURLToPath(import.meta.url)), '../../packages');

/** '@hornbook/datasets/files' for every source file that a package's exports name. */
function entryPoints() {
  const found = new Map();
  for (const manifest of globSync('*/package.json', { cwd: packages }).sort()) {
    const { name, exports } = JSON.parse(readFileSync(join(packages, manifest), 'utf8'));
    for (const [path, { development }] of Object.entries(exports)) {
      if (development && path !== './support')
        found.set(join(packages, dirname(manifest), development), join(name, path));
    }
  }
  return found;
}

/** Modules are called as they are imported, where TypeDoc knows their files only; and an object that is taken apart, options. */
function namedForReaders(files) {
  return (app) => {
    app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
      for (const module of project.children ?? []) {
        const file = project.getSymbolIdFromReflection(module)?.fileName;
        module.name = files.get(file) ?? module.name;
      }
      for (const parameter of project.getReflectionsByKind(ReflectionKind.Parameter)) {
        if (parameter.name === '__namedParameters') parameter.name = 'options';
      }
    });
  };
}

/** Links to all of it, for the sidebar. */
export function referenceLinks() {
  return [...entryPoints().values()].map((name) => ({
    label: name.replace('@hornbook/', ''),
    link: `/reference/api/${name.replace('@', '')}/`,
  }));
}

/** A plugin for Starlight. */
export function reference() {
  const files = entryPoints();
  return starlightTypeDoc({
    entryPoints: [...files.keys()],
    tsconfig: join(packages, '../tsconfig.json'),
    output: 'reference/api',
    typeDoc: {
      name: 'All modules',
      plugin: [namedForReaders(files)],
      outputFileStrategy: 'modules',
      entryFileName: 'index', // of a package that has pages below its own
      groupOrder: ['Functions', 'Variables', 'Classes', 'Type Aliases', 'Namespaces', '*'],
      disableSources: true,
      skipErrorChecking: true, // tsc has checked them, in a newer version
      excludeExternals: true,
      useCodeBlocks: true,
      useHTMLAnchors: true,
      parametersFormat: 'table',
      typeAliasPropertiesFormat: 'table',
      logLevel: 'Error',
    },
  });
}
