// What is typed into a terminal: long commands go on in the next line, and the button copies commands, not what they print.
import { setBreaks } from './line-breaks.mjs';

const languages = ['console', 'sh', 'bash'];

/** A plugin for Expressive Code. */
export function terminal() {
  return {
    name: 'terminal',
    hooks: {
      postprocessRenderedBlock({ codeBlock, renderData }) {
        if (!languages.includes(codeBlock.language)) return;
        for (const line of withClass(renderData.blockAst, 'code')) keepWords(line);
        if (codeBlock.language !== 'console') return;
        const commands = [...codeBlock.code.matchAll(/^\$ (.*)$/gm)].map(([, command]) => command);
        for (const { tagName, properties } of elements(renderData.blockAst)) {
          if (tagName === 'button') properties.dataCode = commands.join('\x7f'); // as the script of the button wants line ends
        }
      },
    },
  };
}

function keepWords(element) {
  for (const child of element.children ?? []) keepWords(child);
  if (element.children) setBreaks(element, Number.POSITIVE_INFINITY);
}

function withClass(node, name) {
  return elements(node).filter(({ properties }) => [properties?.className ?? []].flat().includes(name));
}

function elements(node) {
  return [node, ...(node.children ?? []).flatMap(elements)];
}
