import { ConfigFormatError } from '../exporter/configFormatError.ts';
import type { ModelConfig } from '../generation/causalLanguageModel.ts';
import { isJsonObject, shown } from '../jsonValue.ts';

/**
 * Reads a model folder's `config.json`, as far as it is looked at here; everything else stays as it is.
 * @param fileName how errors name the file
 * @throws ConfigFormatError naming the key that holds something else than it must
 */
export function readModelConfig(text: string, fileName: string): ModelConfig {
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch (error) {
    throw new ConfigFormatError(`${fileName} is not JSON; download it again.`, { cause: error });
  }
  return checkConfig(config, fileName);
}

function checkConfig(config: unknown, fileName: string): ModelConfig {
  if (!isJsonObject(config)) throw new ConfigFormatError(`${fileName} is no JSON object; download it again.`);
  const { model_type: type, text_config: inner } = config;
  const refuse = (key: string, expected: string): never => {
    throw new ConfigFormatError(
      `${fileName} must have ${key} as ${expected}, not ${shown(config[key])}; download it again.`,
    );
  };
  if (type !== undefined && typeof type !== 'string') refuse('model_type', 'text');
  for (const key of ['max_position_embeddings', 'n_positions']) {
    const positions = config[key];
    if (positions !== undefined && positions !== null && !isCount(positions))
      refuse(key, 'a positive whole number');
  }
  if (inner !== undefined && inner !== null) {
    if (!isJsonObject(inner)) refuse('text_config', 'a JSON object');
    checkConfig(inner, `text_config of ${fileName}`);
  }
  return config;
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) > 0;
