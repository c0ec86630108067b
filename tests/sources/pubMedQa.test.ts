import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { importDomain, readIds } from '../../src/sources/importDomain.ts';
import { checkDomain } from '../../src/specialize/domain.ts';

// The published data, https://github.com/pubmedqa/pubmedqa, which lies beside the project where it was fetched.
const folder = '../shared/reference/data/pubmedqa';

describe.skipIf(!existsSync(folder))('PubMedQA as published', () => {
  it('gives its 1,000 expert-labelled questions, and its test half stays out of the seeds', async () => {
    const bytes = new Uint8Array(readFileSync(`${folder}/ori_pqal.json`));
    const testIds = readIds(readFileSync(`${folder}/test_ground_truth.json`, 'utf8'));
    expect(testIds.size).toBe(500);
    const { file, formats, dropped } = await importDomain({
      ...{ name: 'PubMedQA', seeds: 500, heldOut: 500, seed: 0, testIds },
      files: [{ name: 'ori_pqal.json', bytes }],
    });
    expect(formats).toEqual([{ name: 'ori_pqal.json', format: 'pubmedqa', tasks: 1000 }]);
    expect(dropped).toEqual([]);
    const { seeds, heldOut } = checkDomain(file);
    expect(new Set(heldOut.map(({ origin }) => origin!.id))).toEqual(testIds);
    const decisions = [...seeds, ...heldOut].map(({ output }) => output);
    expect(
      ['yes', 'no', 'maybe'].map((word) => decisions.filter((output) => output === word).length),
    ).toEqual([552, 338, 110]);
  });
});
