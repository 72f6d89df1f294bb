// TypeDoc puts an anchor before each heading, and links lead to it. The heading itself takes its id: one place, one id, and
// the list "On this page" says the same. A type and a function may have one name: only the anchor tells them apart.

/** A plugin for rehype. */
export function referenceAnchors() {
  return (tree) => {
    const ids = new Set();
    let anchor; // just before
    let owner = ''; // the anchor of the heading that "Parameters" and "Returns" below it belong to
    tree.children = tree.children.filter((node) => {
      if (node.type === 'text') return true;
      if (/^h[1-6]$/.test(node.tagName)) {
        if (anchor) owner = anchor;
        else if (node.tagName === 'h2') owner = '';
        if (owner) node.properties.id = unused(anchor ?? `${owner}-${slug(textOf(node))}`, ids);
        if (owner && !anchor) node.properties['data-pagefind-ignore'] = ''; // a search finds the function, not its "Returns"
      }
      anchor = anchorAlone(node);
      return anchor === undefined;
    });
  };
}

/** The id of a paragraph that holds `<a id="…"></a>` and nothing else. */
function anchorAlone({ tagName, children }) {
  if (tagName !== 'p') return undefined;
  const html = children.map(({ value = '' }) => value).join('');
  return /^<a id="([^"]+)"><\/a>$/.exec(html)?.[1];
}

function unused(wanted, ids) {
  let id = wanted;
  for (let i = 2; ids.has(id); i++) id = `${wanted}-${i}`;
  ids.add(id);
  return id;
}

function slug(text) {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}

function textOf({ value = '', children = [] }) {
  return value + children.map(textOf).join('');
}
