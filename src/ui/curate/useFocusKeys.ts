import { useEffect, useRef } from 'react';

export type FocusAction = 'keep' | 'discard' | 'edit' | 'previous' | 'next' | 'leave';

const actions: ReadonlyMap<string, FocusAction> = new Map([
  ['Enter', 'keep'],
  ['Backspace', 'discard'],
  ['e', 'edit'],
  ['ArrowLeft', 'previous'],
  ['ArrowRight', 'next'],
]);

type Key = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>;

/**
 * What a key stands for. Without shortcuts only Escape does anything. A button that has the focus keeps Enter for itself.
 */
export function actionOf(key: Key, hasShortcuts: boolean, isOnButton: boolean): FocusAction | null {
  if (key.ctrlKey || key.metaKey || key.altKey) return null;
  if (key.key === 'Escape') return 'leave';
  if (!hasShortcuts) return null;
  if (key.key === 'Enter') {
    if (isOnButton) return null;
    return key.shiftKey ? 'edit' : 'keep';
  }
  return actions.get(key.key.length === 1 ? key.key.toLowerCase() : key.key) ?? null;
}

/** Listens to the whole page, but for what is typed into a field or done in a menu. */
export function useFocusKeys(hasShortcuts: boolean, act: (action: FocusAction) => void): void {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const target = event.target instanceof Element ? event.target : null;
      if (event.defaultPrevented || target?.closest('input:not([type=checkbox]), textarea, [role=menu], [role=dialog]')) return; // prettier-ignore
      const isOnButton = target?.closest('button, a, input, summary') != null;
      const action = actionOf(event, hasShortcuts, isOnButton);
      if (action === null) return;
      event.preventDefault();
      latest.current(action);
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [hasShortcuts]);
}
