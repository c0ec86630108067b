import { describe, expect, it } from 'vitest';
import type { LoadedModel } from '../../src/engine/loadModel.ts';
import { faithfulAdapter, pocketAdapter } from '../../src/engine/adapterSettings.ts';
import { faithfulSettings, pocketSettings, smallModelSettings } from '../../src/specialize/presets.ts';
import { defaultParameters, describeSettings, methodsFor, presetWith } from '../../workers/runSettings.ts';

const pocket = { baseModel: 'whittle/pocket', tokenizer: {} } as LoadedModel;
const other = { baseModel: 'a/b', tokenizer: { hasChatTemplate: true } } as LoadedModel;

describe("the page's parameters", () => {
  it('are the presets of the command line, the one that suits the model first', () => {
    expect([methodsFor(pocket)[0], methodsFor(other)[0]]).toEqual(['pocket', 'small']);
    const { settings, adapter } = presetWith(pocket, defaultParameters(pocket));
    expect(settings).toEqual({ ...pocketSettings, controls: ['seedsOnly'] });
    expect(adapter).toEqual(pocketAdapter);
    const published = presetWith(other, defaultParameters(other, 'faithful'));
    expect(published.settings).toEqual({ ...faithfulSettings, controls: ['seedsOnly'] });
    expect(published.adapter).toEqual(faithfulAdapter);
  });

  it('of an earlier version mean what they meant', () => {
    const { method: _method, controls: _controls, ...earlier } = defaultParameters(other);
    const settingsOf = (seedsOnly: boolean) => presetWith(other, { ...earlier, seedsOnly }).settings;
    expect(settingsOf(true)).toEqual({ ...smallModelSettings, controls: ['seedsOnly'] });
    expect(settingsOf(false).controls).toEqual([]);
    expect(presetWith(other, { ...defaultParameters(other), coverage: true }).settings.coverage).toBe(true);
    const inWords = { ...defaultParameters(other), settings: { passageWords: 90 } };
    expect(presetWith(other, inWords).settings.passageTokens).toBe(120);
  });

  it('can change every setting by name, which goes before the fields', () => {
    const changed = { ...defaultParameters(other), tasks: 7, settings: { votes: 3, tasks: 9 } };
    expect(presetWith(other, changed).settings).toMatchObject({ votes: 3, tasks: 9 });
    const wrong = { ...changed, settings: { vote: 3 } };
    expect(() => presetWith(other, wrong)).toThrow('There is no setting "vote".');
    const settings = describeSettings('small');
    expect(settings.map(({ name }) => name)).toEqual(Object.keys(smallModelSettings));
    expect(settings.find(({ name }) => name === 'votes')).toEqual({
      name: 'votes',
      help: 'Answers per task, each with other demonstrations; the commonest one counts.',
      value: '1',
    });
  });
});
