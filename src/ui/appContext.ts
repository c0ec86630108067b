import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { App } from './store/app.ts';
import type { AppState } from './store/appState.ts';

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error('useApp needs an AppContext above it.');
  return app;
}

/** Renders again when what `select` returns is another object or value than before. */
export function useAppState<T>(select: (state: AppState) => T): T {
  return useStore(useApp().store, select);
}
