import { decodeJwt } from 'jose';
import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';

/**
 * When a person is asked something. The engine's own rules for sign-in and consent stand; `select_account` is added,
 * which the engine does not have by itself, and what an `id_token_hint` means for a sign-in that it led to.
 */
export const createInteractionPolicy = (): interactionPolicy.DefaultPolicy => {
  const policy = interactionPolicy.base();
  policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0);
  policy
    .get('login')
    ?.checks.add(
      new interactionPolicy.Check(
        'id_token_hint_after_interaction',
        'id_token_hint and authenticated subject do not match',
        'login_required',
        isHintUnmet,
      ),
    );
  return policy;
};

/**
 * The engine compares the hint with whoever is signed in when the request comes, and no more once the person has been
 * asked something. The hint was verified when the request came.
 * @throws {errors.LoginRequired} when somebody else than the hint names has just signed in: the client must not get
 *   that one for an answer (OpenID Connect Core 1.0, section 3.1.2.1, id_token_hint)
 */
const isHintUnmet = ({ oidc }: KoaContextWithOIDC): boolean => {
  const hint = oidc.params?.['id_token_hint'];
  const accountId = oidc.session?.accountId;
  if (oidc.route !== 'resume' || typeof hint !== 'string' || accountId === undefined) return false;
  if (decodeJwt(hint).sub === accountId) return false;
  if (oidc.result?.login) throw new errors.LoginRequired('somebody else signed in than the id_token_hint names');
  return true;
};
