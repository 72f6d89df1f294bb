// TypeDoc puts an anchor before each heading, and links lead to it. The heading itself takes its id: one place, one id, and
// the list "On this page" says the same. A type and a function may have one name: only the anchor tells them apart.
// "Parameters" and "Returns" are no places of their own but parts of one: lines of text, of which a page has hundreds, so
// that who goes from heading to heading, or searches, meets functions. And each function or type is an element of its own,
// so that those out of sight need not be laid out.

/** A plugin for rehype. */
export function referenceAnchors() {
  return (tree) => {
    const ids = new Set();
    const headings = tree.children.filter(({ tagName }) => /^h[1-6]$/.test(tagName));
    let anchor; // just before
    let owner = ''; // the anchor of the heading that others below it, without one, belong to
    tree.children = tree.children.filter((node) => {
      if (node.type === 'text') return true;
      const place = headings.indexOf(node);
      if (place >= 0) {
        if (anchor) owner = anchor;
        else if (node.tagName === 'h2') owner = '';
        if (owner && !anchor && !(headings[place + 1]?.tagName > node.tagName)) makePart(node);
        else if (owner) node.properties.id = unused(anchor ?? `${owner}-${slug(textOf(node))}`, ids);
      }
      anchor = anchorAlone(node);
      return anchor === undefined;
    });
    if (owner) tree.children = entriesOf(tree.children);
  };
}

/** What stands from one heading of the third level to the next heading as large, in an element. */
function entriesOf(nodes) {
  const grouped = [];
  let entry;
  for (const node of nodes) {
    if (/^h[12]$/.test(node.tagName)) entry = undefined;
    if (node.tagName === 'h3') {
      entry = { type: 'element', tagName: 'div', properties: { className: ['entry'] }, children: [] };
      grouped.push(entry);
    }
    (entry?.children ?? grouped).push(node);
  }
  return grouped;
}

function makePart(heading) {
  heading.tagName = 'p';
  heading.properties = { className: ['part'] };
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
