// Tables so wide that they scroll can be scrolled with a keyboard: they take part in the order of Tab.

const manyColumns = 5;

/** A plugin for rehype. */
export function focusableTables() {
  return (tree) => {
    for (const table of elements(tree, 'table')) {
      if (elements(table, 'tr').some((row) => cellsOf(row) > manyColumns)) table.properties.tabIndex = 0;
    }
  };
}

function elements(node, name) {
  const below = (node.children ?? []).flatMap((child) => elements(child, name));
  return node.tagName === name ? [node, ...below] : below;
}

function cellsOf(row) {
  return row.children.filter(({ tagName }) => tagName === 'th' || tagName === 'td').length;
}
