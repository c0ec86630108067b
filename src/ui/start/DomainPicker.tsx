import { Button } from '@mantine/core';
import { useApp, useAppState } from '../appContext.ts';
import { counted } from '../format.ts';
import { ChoiceCard } from '../parts/ChoiceCard.tsx';
import type { DomainChoice } from '../store/appState.ts';
import { ownDomainId } from '../store/domainLibrary.ts';
import classes from './start.module.css';

function factsOf({ domain, documents }: DomainChoice): string {
  const facts = [counted(domain.seeds.length, 'example'), counted(domain.heldOut.length, 'unseen task')];
  return [...facts, ...(documents.length > 0 ? [counted(documents.length, 'text')] : [])].join(' · ');
}

const capitalized = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** The bundled fields and the person's own. */
export function DomainPicker() {
  const app = useApp();
  const domains = useAppState((state) => state.domains);
  const domainId = useAppState((state) => state.domainId);
  const hasOwn = domains.some(({ id }) => id === ownDomainId);
  return (
    <section className={classes.section} aria-labelledby="domain-title">
      <div className={classes.sectionHead}>
        <h2 id="domain-title">Field</h2>
        <Button variant="subtle" size="compact-sm" onClick={() => app.goTo('domain')}>
          See examples and texts
        </Button>
      </div>
      <div className={classes.choices} role="radiogroup" aria-labelledby="domain-title">
        {domains.map((choice) => (
          <ChoiceCard
            key={choice.id}
            group="domain"
            title={capitalized(choice.domain.name)}
            text={choice.domain.description}
            meta={factsOf(choice)}
            isChosen={choice.id === domainId}
            onChoose={() => app.domains.choose(choice.id)}
          />
        ))}
        {!hasOwn && (
          <button type="button" className={classes.ownField} onClick={() => app.goTo('domain')}>
            <strong>Your own field</strong>
            <span>Write a handful of examples, add texts if you like.</span>
          </button>
        )}
      </div>
    </section>
  );
}
