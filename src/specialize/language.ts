import { francAll } from 'franc-min';
import type { AnsweredTask } from './tasks.ts';

/** Says in which language or script a text is, where that is none of the seeds'; null where it is, or cannot be told. */
export type ForeignLanguage = (text: string) => string | null;

/** Scripts that are told apart; letters of any other count for none. */
const scripts = [
  ...['Latin', 'Cyrillic', 'Greek', 'Armenian', 'Georgian', 'Hebrew', 'Arabic', 'Thai', 'Khmer', 'Ethiopic'],
  ...['Devanagari', 'Bengali', 'Gujarati', 'Gurmukhi', 'Tamil', 'Telugu', 'Kannada', 'Malayalam', 'Sinhala'],
  ...['Han', 'Hiragana', 'Katakana', 'Hangul', 'Tibetan', 'Myanmar', 'Lao'],
].map((name) => ({ name, letters: new RegExp(`\\p{Script=${name}}`, 'gu') }));

/** Fewer letters of a script may be a symbol: β-carotene, 10 kΩ. */
const leastForeignLetters = 4;
/** Trigrams say nothing sure of shorter texts. */
const leastLetters = 40;
/** A single seed decides on its language only when it is so long. */
const leastSeedLetters = 2 * leastLetters;
/**
 * Below this likelihood, relative to the likeliest language, a text is in none of the seeds' languages. English sentences
 * of `leastLetters` full of drugs' and companies' names stay above; other languages in Latin letters reach 0.4 to 0.9.
 */
const leastLikelihood = 0.7;

const countLetters = (text: string): number => text.match(/\p{L}/gu)?.length ?? 0;
const languageNames = new Intl.DisplayNames(['en'], { type: 'language' });

/**
 * Compares texts with the seeds: by script, which a few letters tell, then by trigrams (franc). Seeds may be in several
 * languages, as those of a translation task are.
 */
export function createLanguageCheck(seeds: readonly AnsweredTask[]): ForeignLanguage {
  const questions = seeds.map(({ instruction, input }) => `${instruction}\n${input}`);
  const outputs = seeds.map(({ output }) => output);
  const own = scriptsOf([...questions, ...outputs].join('\n'));
  const languages = languagesOf(questions, outputs);
  return (text) => foreignScript(text, own) ?? foreignLanguage(text, languages);
}

function scriptsOf(text: string): ReadonlySet<string> {
  return new Set(scripts.filter(({ letters }) => text.match(letters) !== null).map(({ name }) => name));
}

function languagesOf(questions: readonly string[], outputs: readonly string[]): ReadonlySet<string> {
  const long = [...questions, ...outputs].filter((text) => countLetters(text) >= leastSeedLetters);
  const decidable = [questions.join('\n'), outputs.join('\n'), ...long].filter(
    (text) => countLetters(text) >= leastLetters,
  );
  return new Set(decidable.flatMap((text) => francAll(text)[0]?.[0] ?? []));
}

function foreignScript(text: string, own: ReadonlySet<string>): string | null {
  const counts = scripts
    .filter(({ name }) => !own.has(name))
    .map(({ name, letters }) => ({ name, count: text.match(letters)?.length ?? 0 }));
  const foreign = counts.reduce((sum, { count }) => sum + count, 0);
  if (foreign < leastForeignLetters || 2 * foreign <= countLetters(text)) return null;
  const [most] = counts.sort((a, b) => b.count - a.count);
  return `${most!.name} letters`;
}

function foreignLanguage(text: string, languages: ReadonlySet<string>): string | null {
  if (languages.size === 0 || countLetters(text) < leastLetters) return null;
  const ranked = francAll(text);
  const likelihoods = ranked.flatMap(([language, likelihood]) =>
    languages.has(language) ? [likelihood] : [],
  );
  // "und" is franc's word for not known.
  const best = ranked[0]?.[0] ?? 'und';
  if (best === 'und' || Math.max(0, ...likelihoods) >= leastLikelihood) return null;
  return languageNames.of(best) ?? best;
}
