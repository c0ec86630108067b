/** Words that ask for what a language model cannot see or do: Self-Instruct's list with Stanford Alpaca's additions. */
export const selfInstructBlacklist: readonly string[] = [
  ...[
    'image',
    'images',
    'graph',
    'graphs',
    'picture',
    'pictures',
    'file',
    'files',
    'map',
    'maps',
    'draw',
    'plot',
  ],
  ...['go to', 'video', 'audio', 'music', 'flowchart', 'diagram'],
];
