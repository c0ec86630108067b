import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDomain } from '../../src/specialize/domain.ts';
import { createLanguageCheck } from '../../src/specialize/language.ts';

const readText = (path: string) =>
  readFileSync(new URL(`../../public/domains/${path}`, import.meta.url), 'utf8');
const domains = ['biomedicine', 'finance'].map((name) => parseDomain(readText(`${name}.json`)));
const check = createLanguageCheck(domains[0]!.seeds);

describe('createLanguageCheck', () => {
  it.each([
    ['Welche Drüse des menschlichen Körpers bildet das Hormon Insulin?', 'German'],
    ['Où se trouve la glande qui produit l’insuline chez les humains ?', 'French'],
    ['¿Qué hormona baja el azúcar en la sangre de las personas sanas?', 'Spanish'],
    ['Какой орган', 'Cyrillic letters'],
    ['肝臓の働きは何ですか', 'Hiragana letters'],
  ])('tells that no English seed is like "%s"', (text, language) => {
    expect(check(text)).toBe(language);
  });

  it('passes all that the bundled fields say in English', () => {
    const tasks = domains.flatMap(({ seeds, heldOut, retention }) => [...seeds, ...heldOut, ...retention]);
    const texts = tasks.flatMap(({ instruction, input, output }) => [instruction, input, output]);
    const documents = domains.flatMap((domain) => domain.documents.map(readText));
    const sentences = documents.flatMap((text) => text.split(/(?<=[.!?])\s+/));
    expect(sentences.length).toBeGreaterThan(150);
    expect([...texts, ...sentences].filter((text) => check(text) !== null)).toEqual([]);
  });

  it('passes what cannot be told: short texts, names, symbols', () => {
    for (const text of ['Welche Drüse?', 'β-carotene', 'Ωμέγα is a Greek letter', '100 µg', ''])
      expect(check(text), text).toBeNull();
  });

  it('knows every language that the seeds answer in', () => {
    const outputs = ['Die Leber reinigt das Blut des Menschen.', 'Das Herz pumpt das Blut durch den Körper.'];
    const seeds = outputs.map((output) => ({
      instruction: 'Translate the sentence about an organ into German.',
      input: '',
      output,
    }));
    const translation = createLanguageCheck(seeds);
    expect(translation('Die Niere ist ein Organ, das den Harn des Menschen bildet.')).toBeNull();
    expect(translation('Le rein est un organe qui produit l’urine de l’être humain.')).toBe('French');
  });
});
