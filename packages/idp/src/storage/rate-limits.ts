import type { Knex } from 'knex';
import type { Allowance, RateLimits, TakenPoint, Taking, UsedUpAllowance } from '../domain/sign-in/rate-limits.ts';

interface TakingRow {
  readonly key: string;
  /** bigint, which the driver hands over as text. */
  readonly expire: string;
  readonly taken: boolean;
  readonly ends_in_seconds: number;
}

/**
 * One statement takes all points. `used_up` sees what was committed before it began, which settles nearly every case;
 * `on conflict … where` sees what others committed since, row by row, so no row ever counts beyond its points. Rows
 * are locked in the order of their keys: two statements never wait for each other.
 *
 * Milliseconds since 1970 by the database's clock: processes whose clocks differ share the same windows.
 */
const takeStatement = `
  with clock as (select (extract(epoch from now()) * 1000)::bigint as ms),
  wanted as (
    select * from unnest(?::text[], ?::integer[], ?::bigint[]) as w (key, points, window_ms)
  ),
  used_up as (
    select r.key, r.expire from rate_limits r join wanted w on w.key = r.key, clock
    where r.expire > clock.ms and r.points >= w.points
  ),
  taken as (
    insert into rate_limits as r (key, points, expire)
    select w.key, 1, clock.ms + w.window_ms from wanted w, clock
    where not exists (select from used_up)
    order by w.key
    on conflict (key) do update set
      points = case when r.expire > (select ms from clock) then r.points + 1 else 1 end,
      expire = case when r.expire > (select ms from clock) then r.expire else excluded.expire end
    where r.expire <= (select ms from clock) or r.points < (select w.points from wanted w where w.key = r.key)
    returning r.key, r.expire
  )
  select key, expire, true as taken, 0 as ends_in_seconds from taken
  union all
  select key, expire, false, ceil((expire - clock.ms) / 1000.0)::integer from used_up, clock`;

/** Of several at once that want the last point, those who come too late see it used up when they ask again. */
const maxTries = 5;

const byLongest = (a: UsedUpAllowance, b: UsedUpAllowance): number => b.endsInSeconds - a.endsInSeconds;

export class KnexRateLimits implements RateLimits {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async take(allowances: readonly Allowance[]): Promise<Taking> {
    for (let tries = 1; ; tries += 1) {
      const { rows } = await this.#db.raw<{ rows: TakingRow[] }>(takeStatement, [
        allowances.map(({ key }) => key),
        allowances.map(({ points }) => points),
        allowances.map(({ windowSeconds }) => windowSeconds * 1000),
      ]);
      const [first, ...others] = rows
        .filter((row) => !row.taken)
        .map((row) => ({ key: row.key, endsInSeconds: row.ends_in_seconds }))
        .toSorted(byLongest);
      if (first !== undefined) return { kind: 'used-up', usedUp: [first, ...others] };

      const points = rows.map((row) => ({ key: row.key, windowEndsAtMs: Number(row.expire) }));
      if (points.length === allowances.length) return { kind: 'taken', points };
      // Somebody else took the last point of some while this statement ran: all or none.
      await this.giveBack(points);
      const lost = allowances.find(({ key }) => !points.some((point) => point.key === key));
      if (lost !== undefined && tries >= maxTries) {
        return { kind: 'used-up', usedUp: [{ key: lost.key, endsInSeconds: 1 }] };
      }
    }
  }

  async giveBack(points: readonly TakenPoint[]): Promise<void> {
    await this.#change(points, 'greatest(r.points - 1, 0)');
  }

  async reset(points: readonly TakenPoint[]): Promise<void> {
    await this.#change(points, '0');
  }

  async #change(points: readonly TakenPoint[], to: string): Promise<void> {
    await this.#db.raw(
      `with locked as (
         select r.key from rate_limits r
         join unnest(?::text[], ?::bigint[]) as p (key, expire) on p.key = r.key and p.expire = r.expire
         order by r.key for update of r
       )
       update rate_limits r set points = ${to} from locked where locked.key = r.key`,
      [points.map(({ key }) => key), points.map(({ windowEndsAtMs }) => windowEndsAtMs)],
    );
  }
}
