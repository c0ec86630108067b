import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ModelOffer } from '../../workerApi/model.ts';
import { useApp } from '../appContext.ts';
import { bigCount, byteSize } from '../format.ts';
import { ChoiceCard } from '../parts/ChoiceCard.tsx';
import classes from './models.module.css';

const dtypeTexts: Readonly<Record<string, string>> = {
  fp32: '32-bit numbers: largest, exact.',
  fp16: '16-bit numbers.',
  q8: '8-bit weights.',
  int8: '8-bit weights, signed.',
  uint8: '8-bit weights, unsigned.',
  q4: '4-bit weights. A good default.',
  q4f16: '4-bit weights, 16-bit for the rest: smallest.',
  bnb4: '4-bit weights, as bitsandbytes has them.',
};

/** What the Hub says of a model, before anything is downloaded, and the precisions to download. */
export function ModelOfferCard({ offer }: { readonly offer: ModelOffer }) {
  const app = useApp();
  const { id, commit, license, isGated, modelType, parameters, obstacle, dtypes } = offer;
  const usual = dtypes.find(({ dtype }) => dtype === 'q4') ?? dtypes[0];
  const [dtype, setDtype] = useState(usual?.dtype);
  const chosen = dtypes.find((choice) => choice.dtype === dtype) ?? usual;
  const facts = [
    modelType,
    parameters === null ? 'parameters not stated' : `about ${bigCount(parameters)} parameters`,
    `licence: ${license ?? 'not stated'}`,
    `revision ${commit.slice(0, 8)}`,
  ];
  const hindrance = obstacle ?? (chosen ? null : 'It comes in no precision that Whittle can load.');
  return (
    <section className={classes.offer} aria-label={`Offer: ${id}`}>
      <strong className={classes.offerName}>{id}</strong>
      <p className={classes.meta}>{facts.join(' · ')}</p>
      {isGated && <p>Its owner lets only accounts in that accepted its terms; this page has none.</p>}
      {hindrance && <p className={classes.failure}>{hindrance}</p>}
      <div className={classes.choices} role="radiogroup" aria-label="Precision">
        {dtypes.map((choice) => (
          <ChoiceCard
            key={choice.dtype}
            group="dtype"
            title={choice.dtype}
            text={dtypeTexts[choice.dtype] ?? ''}
            meta={byteSize(choice.bytes)}
            isChosen={choice === chosen}
            onChoose={() => setDtype(choice.dtype)}
          />
        ))}
      </div>
      <div className={classes.buttons}>
        {chosen && !hindrance && (
          <Button onClick={() => void app.models.download(chosen.dtype)}>
            {`Download ${byteSize(chosen.bytes)}`}
          </Button>
        )}
        <Button variant="default" onClick={() => app.models.dismissOffer()}>
          Not this one
        </Button>
      </div>
    </section>
  );
}
