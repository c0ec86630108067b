import { describe, expect, it } from 'vitest';
import { parseRepository } from '../../src/hub/repository.ts';

const reference = { id: 'someone/model', revision: 'main' };

describe("the Hub's answer about a model", () => {
  it.each([null, [], {}, { sha: 'a/b', siblings: [] }, { sha: 'abc', siblings: {} }])(
    '%j is refused',
    (answer) => {
      expect(() => parseRepository(answer, reference)).toThrow(
        "The Hub's answer for someone/model cannot be read",
      );
    },
  );

  it('counts no file of an impossible size, and no impossible number of parameters', () => {
    const siblings = [-1, 0.5, 1e300, '7', 7].map((size, i) => ({ rfilename: `f${i}`, size }));
    const answer = { sha: 'abc', siblings, safetensors: { total: -3 } };
    expect(parseRepository(answer, reference)).toMatchObject({
      files: [{ path: 'f4', size: 7 }],
      parameters: null,
    });
  });
});
