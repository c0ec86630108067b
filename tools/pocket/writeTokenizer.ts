/** Command: learns pocket's vocabulary from its corpus and writes the tokenizer files. `npx tsx tools/pocket/writeTokenizer.ts [folder]` */
import { pocketShape } from './pocketShape.ts';
import { trainTokenizer, writeTokenizer } from './tokenizer.ts';

const folder = process.argv[2] ?? 'public/models/pocket';
const bpe = trainTokenizer(pocketShape.tokenizerSeed, pocketShape.vocabularySize);
await writeTokenizer(bpe, folder, pocketShape.contextLength);
console.log(`${folder}: ${bpe.vocabulary.size} tokens`);
