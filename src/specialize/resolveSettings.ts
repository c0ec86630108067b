import { faithfulSettings, pocketSettings, smallModelSettings } from './presets.ts';
import { type SpecializeSettings, settingsSchema } from './settings.ts';

/** Completes the settings of a run from before there were as many: what is new is off in the method as published. */
export const completeEarlierSettings = (stored: Partial<SpecializeSettings>): SpecializeSettings =>
  resolveSettings(renameEarlierSettings(stored), faithfulSettings);

/** The preset of the embedded model had so many words to a passage, for which it now has so many tokens. */
const pocketPassage = { words: 30, tokens: pocketSettings.passageTokens };
/** Of English text, in large vocabularies. */
const tokensPerWord = 4 / 3;

/** Settings as they were stored, in today's terms: passages were once measured in words (`passageWords`). */
export function renameEarlierSettings(
  stored: Readonly<Record<string, unknown>>,
): Partial<SpecializeSettings> {
  const { passageWords: words, ...rest } = stored;
  if (typeof words !== 'number' || 'passageTokens' in rest) return stored;
  const isPocket = words === pocketPassage.words;
  return { passageTokens: isPocket ? pocketPassage.tokens : Math.round(words * tokensPerWord), ...rest };
}

/** Shares of the kinds of tasks that begin with their answer. */
const kindShares = ['labelFirstShare', 'spanFirstShare', 'claimShare', 'backtranslationShare'] as const;

function checkShares(settings: SpecializeSettings): SpecializeSettings {
  const sum = kindShares.reduce((total, name) => total + settings[name], 0);
  if (sum <= 1 + 1e-9) return settings;
  throw new Error(`${kindShares.map(quoted).join(', ')} add up to ${sum.toFixed(2)}; 1 is all there is.`);
}

const quoted = (name: string): string => `"${name}"`;

/**
 * Completes and checks settings that a person gave.
 * @throws one sentence per fault, naming the setting and its value.
 */
export function resolveSettings(
  given: Partial<SpecializeSettings>,
  preset = smallModelSettings,
): SpecializeSettings {
  const result = settingsSchema.strict().safeParse({ ...preset, ...given });
  if (result.success) return checkShares(result.data);
  throw new Error(
    result.error.issues
      .map((issue) => {
        if (issue.code === 'unrecognized_keys')
          return `There is no setting ${issue.keys.map((k) => `"${k}"`).join(', ')}.`;
        const name = String(issue.path[0]);
        return `Setting "${name}" is ${JSON.stringify((given as Record<string, unknown>)[name])}: ${issue.message}.`;
      })
      .join('\n'),
  );
}
