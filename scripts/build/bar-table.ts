/*
 * What: reads the table of bars: what the project promises to hold and how to see it.
 * From where to where: text of docs/bars.md -> rows. Used by `npm run bars` and `npm run check`.
 */

/** One bar; `line` counts from 1. A cell left empty is ''. */
export interface Bar {
  line: number;
  name: string;
  command: string;
  mustPrint: string;
  lastFigure: string;
}

/** Rows of the first table with the columns name, command, must print, last figure. */
export function barsIn(markdown: string): Bar[] {
  const bars: Bar[] = [];
  markdown.split('\n').forEach((text, index) => {
    if (!text.startsWith('|') || /^\|[\s:|-]+\|$/.test(text)) return;
    const cells = text
      .slice(1)
      .split('|')
      .map((cell) => cell.trim().replace(/^`|`$/g, ''));
    if (cells[0] === 'name' && cells[1] === 'command') return;
    const [name = '', command = '', mustPrint = '', lastFigure = ''] = cells;
    bars.push({ line: index + 1, name, command, mustPrint, lastFigure });
  });
  return bars;
}
