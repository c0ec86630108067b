import { describe, expect, it } from 'vitest';
import { instructionRules } from '../../src/specialize/instructionRules.ts';
import { settingsPresets } from '../../src/specialize/presets.ts';
import { completeEarlierSettings, resolveSettings } from '../../src/specialize/resolveSettings.ts';

describe('resolveSettings', () => {
  it.each(Object.entries(settingsPresets))('accepts the preset %s', (_, preset) => {
    expect(resolveSettings({}, preset)).toEqual(preset);
  });

  it('overrides the preset', () => {
    expect(resolveSettings({ tasks: 7 }, settingsPresets.pocket)).toEqual({
      ...settingsPresets.pocket,
      tasks: 7,
    });
  });

  it.each<[Record<string, unknown>, RegExp | string]>([
    [{ tasks: 0 }, /^Setting "tasks" is 0: /],
    [{ topP: 2 }, /^Setting "topP" is 2: /],
    [{ tsaks: 3 }, 'There is no setting "tsaks".'],
    [
      { labelFirstShare: 0.6, claimShare: 0.5, spanFirstShare: 0, backtranslationShare: 0 },
      /add up to 1\.10;/,
    ],
    [{ tasks: 1.5, votes: 0 }, /"tasks" is 1\.5: .*\n.*"votes" is 0: /],
  ])('refuses %j', (given, message) => {
    expect(() => resolveSettings(given)).toThrow(message);
  });

  it('leaves out of an earlier run what there was not yet', () => {
    const { spanFirstShare: _s, checkGiven: _c, roundTripTop: _r, ...earlier } = settingsPresets.small;
    expect(completeEarlierSettings(earlier)).toEqual({
      ...settingsPresets.small,
      ...{ spanFirstShare: 0, checkGiven: false, roundTripTop: 0 },
    });
  });

  it.each([
    [30, 65],
    [120, 160],
    [150, 200],
  ])(
    'measures in tokens what an earlier run measured in words: %i words, %i tokens',
    (passageWords, tokens) => {
      const { passageTokens: _t, passages: _p, ...earlier } = settingsPresets.pocket;
      const completed = completeEarlierSettings({ ...earlier, ...{ passageWords } });
      expect(completed).toEqual({ ...settingsPresets.pocket, passageTokens: tokens, passages: 1 });
    },
  );

  it('disables no filter in any preset', () => {
    expect(instructionRules.length).toBeGreaterThan(0);
    for (const preset of Object.values(settingsPresets)) expect(preset.disabledRules).toEqual([]);
  });
});
