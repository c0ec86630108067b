import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseNumberedList, parseTaskList } from '../../src/specialize/parse.ts';

const continued = { continuesItem: true, isCut: false };
const listed = { continuesItem: false, isCut: false };
const task = (instruction: string, input = '', isCut = false) => ({ instruction, input, isCut });

describe('parseTaskList', () => {
  it.each<[string, string, typeof continued, ReturnType<typeof task>[]]>([
    [
      'a continued list',
      ' What is insulin?\n5. Name a bone.\n6. ',
      continued,
      [task('What is insulin?'), task('Name a bone.')],
    ],
    [
      'an input on the same line',
      ' Is it a drug? Input: aspirin\n5. Why?',
      continued,
      [task('Is it a drug?', 'aspirin'), task('Why?')],
    ],
    [
      'an input on its own lines',
      '1. Summarise.\nInput: Line one.\nLine two.',
      listed,
      [task('Summarise.', 'Line one.\nLine two.')],
    ],
    [
      'talk before the list',
      'Sure! Here are tasks:\n\n1) One thing.\n2) Another.',
      listed,
      [task('One thing.'), task('Another.')],
    ],
    ['talk after the list', '1. One thing.\n\nLet me know!', listed, [task('One thing.')]],
    [
      'markdown emphasis',
      '**4.** **Instruction:** Define *fever*.\n**Input:** none',
      listed,
      [task('Define *fever*.')],
    ],
    [
      'headings as numbers',
      '### Task 4: Define fever.\n### Task 5: Define chills.',
      listed,
      [task('Define fever.'), task('Define chills.')],
    ],
    ['bullets', '- One thing.\n- Another.', listed, [task('One thing.'), task('Another.')]],
    [
      'an answer that was written too',
      '1. Define fever.\nOutput: High temperature.\n2. Next.',
      listed,
      [task('Define fever.'), task('Next.')],
    ],
    [
      'an answer after the input',
      '1. Define.\nInput: fever\nAnswer: High.',
      listed,
      [task('Define.', 'fever')],
    ],
    ['quotes', '1. "Define fever."\nInput: “fever”', listed, [task('Define fever.', 'fever')]],
    [
      'words that only look like marks',
      '1. Shorten the following text: The heart beats.',
      listed,
      [task('Shorten the following text: The heart beats.')],
    ],
    [
      'numbers inside a line',
      ' Is 37.5 high, or 2. something else?',
      continued,
      [task('Is 37.5 high, or 2. something else?')],
    ],
    ['Windows line ends', '1. One.\r\n2. Two.', listed, [task('One.'), task('Two.')]],
    ['nothing', '  \n', continued, []],
    ['no list at all', 'I cannot do that.', listed, []],
  ])('reads %s', (_, text, options, expected) => {
    expect(parseTaskList(text, options)).toEqual(expected);
  });

  it('marks the last task of a cut completion, and no other', () => {
    const tasks = parseTaskList(' One.\n5. Two.\n6. Thr', { continuesItem: true, isCut: true });
    expect(tasks.map((t) => t.isCut)).toEqual([false, false, true]);
  });

  it('reads back any list that is written in the plain form', () => {
    const words = fc.array(fc.constantFrom('the', 'bone', 'of', 'text', 'list', 'a', '3'), { maxLength: 6 });
    const line = fc
      .tuple(words, fc.constantFrom('.', '?'))
      .map(([w, end]) => `${['Name', ...w].join(' ')}${end}`);
    const item = fc.record({ instruction: line, input: fc.option(line, { nil: '' }) });
    fc.assert(
      fc.property(
        fc.array(item, { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        fc.constantFrom(' Input: ', '\nInput: '),
        (items, continues, mark) => {
          const text = items
            .map(({ instruction, input }, i) => `${i + 4}. ${instruction}${input && mark + input}`)
            .join('\n');
          const tasks = parseTaskList(continues ? text.slice(2) : text, {
            continuesItem: continues,
            isCut: false,
          });
          expect(tasks).toEqual(items.map(({ instruction, input }) => task(instruction, input)));
        },
      ),
    );
  });

  it('takes any text without failing', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.boolean(), (text, continuesItem) => {
        for (const { instruction, input } of parseTaskList(text, { continuesItem, isCut: false })) {
          expect(instruction).toBe(instruction.trim());
          expect(input).toBe(input.trim());
        }
      }),
    );
  });
});

describe('parseNumberedList', () => {
  it('joins the lines of an item', () => {
    expect(parseNumberedList(' Insulin is a hormone\nof the pancreas.\n2. Next.', true)).toEqual([
      'Insulin is a hormone\nof the pancreas.',
      'Next.',
    ]);
  });
});
