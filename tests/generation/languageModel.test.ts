import { expectTypeOf, it } from 'vitest';
import type { LanguageModel } from '../../src/generation/completion.ts';
import type { LanguageModel as PipelineModel } from '../../src/specialize/languageModel.ts';

it('is what the pipeline asks for', () => {
  expectTypeOf<LanguageModel>().toExtend<PipelineModel>();
});
