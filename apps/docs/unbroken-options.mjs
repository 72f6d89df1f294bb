// An option such as --model in running text stays on one line: browsers would break it after its dashes.

/** A plugin for rehype. */
export function unbrokenOptions() {
  return (tree) => keepTogether(tree, false);
}

function keepTogether(node, inCode) {
  if (node.tagName === 'pre' || !node.children) return;
  const code = inCode || node.tagName === 'code';
  for (const child of node.children) keepTogether(child, code);
  if (!code) return;
  node.children = node.children.flatMap((child) => (child.type === 'text' ? pieces(child.value) : [child]));
}

/** 'hornbook train --model gpt' → 'hornbook train ', an element with '--model', ' gpt' */
function pieces(text) {
  return text.split(/(--?[a-z][a-z-]*)/).map((value, i) => {
    const words = { type: 'text', value };
    if (i % 2 === 0) return words;
    return { type: 'element', tagName: 'span', properties: { className: ['unbroken'] }, children: [words] };
  });
}
