import { Button, Collapse } from '@mantine/core';
import { useState } from 'react';
import { useApp, useAppState } from '../appContext.ts';
import { ChoiceCard } from '../parts/ChoiceCard.tsx';
import { Icon } from '../parts/Icon.tsx';
import { presetOf, presets } from '../store/presets.ts';
import { AdvancedParameters } from './AdvancedParameters.tsx';
import classes from './start.module.css';

/** Three presets; everything else waits behind "Advanced". */
export function EffortPicker() {
  const app = useApp();
  const engine = useAppState((state) => state.engine);
  const parameters = useAppState((state) => state.parameters);
  const [isOpen, setIsOpen] = useState(false);
  if (engine.kind !== 'ready' || !parameters) return null;
  const { defaults } = engine.model;
  const chosen = presetOf(parameters, defaults);
  return (
    <section className={classes.section} aria-labelledby="effort-title">
      <div className={classes.sectionHead}>
        <h2 id="effort-title">Effort</h2>
        <Button
          variant="subtle"
          size="compact-sm"
          aria-expanded={isOpen}
          aria-controls="advanced"
          rightSection={
            <span className={classes.chevron} data-open={isOpen || undefined}>
              <Icon name="chevron" size={16} />
            </span>
          }
          onClick={() => setIsOpen(!isOpen)}
        >
          Advanced
        </Button>
      </div>
      <div className={classes.choices} role="radiogroup" aria-labelledby="effort-title">
        {presets.map(({ id, title, text, parameters: derive }) => {
          const own = derive(defaults);
          return (
            <ChoiceCard
              key={id}
              group="effort"
              title={title}
              text={text}
              meta={`up to ${own.tasks} tasks · each seen ${own.epochs} times`}
              isChosen={chosen === id}
              onChoose={() => app.setParameters({ ...parameters, ...own, seed: parameters.seed })}
            />
          );
        })}
      </div>
      <Collapse expanded={isOpen} id="advanced">
        <AdvancedParameters parameters={parameters} />
      </Collapse>
    </section>
  );
}
