import { interactionPolicy } from 'oidc-provider';

/**
 * When a person is asked something. The engine's own rules for sign-in and consent stand; `select_account` is added,
 * which the engine does not have by itself.
 */
export const createInteractionPolicy = (): interactionPolicy.DefaultPolicy => {
  const policy = interactionPolicy.base();
  policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0);
  return policy;
};
