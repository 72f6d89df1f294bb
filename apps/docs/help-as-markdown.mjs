// A program's help, 80 letters wide, as Markdown for windows of any width: its two columns become tables or lists, examples a block.

/** @param help 'Usage: …', a sentence, 'Options:' with lines below it, 'Examples:', and words between */
export function helpAsMarkdown(help) {
  return parts(help).map(markdown).filter(Boolean).join('\n\n');
}

/** Sections under their headings, and paragraphs, which have none. */
function parts(help) {
  const found = [{ lines: [] }];
  for (const line of help.split('\n')) {
    const [, heading] = /^(\w+):$/.exec(line) ?? [];
    const last = found.at(-1);
    if (heading) found.push({ heading, lines: [] });
    else if (line === '') found.push({ lines: [] });
    else if (last.heading && !line.startsWith(' ')) found.push({ lines: [line] });
    else last.lines.push(line);
  }
  return found;
}

function markdown({ heading, lines }) {
  const text = lines.join(' ');
  if (text.startsWith('Usage: ')) return `Usage: ${code(text.slice('Usage: '.length))}`;
  if (heading === undefined && !text.startsWith('  ')) return sentence(text);
  const rows = tableRows(lines);
  if (heading === undefined) return rows.map(([term, meaning]) => `- ${code(term)}: ${sentence(meaning)}`).join('\n');
  if (rows.every(([, meaning]) => meaning === '')) return block(lines);
  const cells = rows.map(([term, meaning]) => `| ${code(term.replaceAll('|', '\\|'))} | ${sentence(meaning)} |`);
  return [`| ${heading} | Meaning |`, '| --- | --- |', ...cells].join('\n');
}

/** '  --steps <n>   updates to make' → ['--steps <n>', 'updates to make']; what stands below in the second column goes on */
function tableRows(lines) {
  const rows = [];
  for (const line of lines) {
    const [, term, meaning = ''] = /^ {2,4}(\S.*?)(?: {2,}(\S.*))?$/.exec(line) ?? [];
    if (term) rows.push([term, meaning]);
    else rows.at(-1)[1] += ` ${line.trim()}`;
  }
  return rows;
}

function block(lines) {
  return `\`\`\`sh\n${lines.map((line) => line.slice(2)).join('\n')}\n\`\`\``;
}

function code(text) {
  return `\`${text}\``;
}

/** Words as they stand; options and names in capitals, such as HF_ENDPOINT, are code. */
function sentence(words) {
  return words
    .split(/((?<=^|[\s(])(?:--?[a-z][\w-]*|[A-Z]+(?:_[A-Z]+)+))/)
    .map((part, i) => (i % 2 === 1 ? code(part) : part.replaceAll(/[\\<*_|[\]]/g, '\\$&')))
    .join('')
    .trim();
}
