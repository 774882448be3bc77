// What a front end does first, against nothing but the generated client. It is compiled, never run: if a field is
// renamed, becomes optional or loses its type, this no longer compiles.

import { client } from "./generated/client.gen";
import {
  academyCreateCheckout,
  academyListCourses,
  academyUpdateCohort,
  identityCreateSession,
  identityRefreshSession,
} from "./generated";
import type { AcademyCheckout, AcademyCourse, AcademyCoursePage, Problem } from "./generated";

export async function signIn(magicToken: string): Promise<string> {
  const { data, error } = await identityCreateSession({ body: { magic_token: magicToken } });
  if (error) {
    throw new Error(codeOf(error));
  }
  client.setConfig({ auth: data.access_token });
  return data.refresh_token;
}

export async function staySignedIn(refreshToken: string): Promise<number> {
  const { data } = await identityRefreshSession({ body: { refresh_token: refreshToken }, throwOnError: true });
  client.setConfig({ auth: data.access_token });
  return data.expires_in;
}

export async function* wholeCatalogue(): AsyncGenerator<AcademyCourse> {
  let cursor: string | null = null;
  do {
    const answer = await academyListCourses({ query: { limit: 200, cursor, sort: "title" }, throwOnError: true });
    const page: AcademyCoursePage = answer.data;
    yield* page.items;
    cursor = page.next_cursor;
  } while (cursor !== null);
}

export function soonest(course: AcademyCourse): { start: string; seats: number } | null {
  const next = course.next_cohort;
  return next === null ? null : { start: next.start_date, seats: next.seats_available };
}

export async function buy(cohortId: string, key: string): Promise<AcademyCheckout | "sold out"> {
  const { data, error } = await academyCreateCheckout({
    path: { cohort_id: cohortId },
    headers: { "Idempotency-Key": key },
    body: { success_url: "https://app.example.com/welcome", cancel_url: "https://app.example.com/courses" },
  });
  if (data) {
    return data;
  }
  if (codeOf(error) === "academy.cohort_full") {
    return "sold out";
  }
  throw new Error(codeOf(error));
}

export async function widen(cohortId: string, etag: string): Promise<number> {
  const { data } = await academyUpdateCohort({
    path: { cohort_id: cohortId },
    headers: { "If-Match": etag },
    body: { max_capacity: 25, zoom_link: null },
    throwOnError: true,
  });
  return data.seats_available;
}

function codeOf(problem: Problem): string {
  const pointers = problem.errors?.map((each) => each.pointer) ?? [];
  return [problem.code, ...pointers].join(" ");
}

// What must not compile.

// @ts-expect-error  the Idempotency-Key of a checkout is not optional
export const withoutKey = () => academyCreateCheckout({ path: { cohort_id: "" }, body: { success_url: "", cancel_url: "" } });

export const capacityGone = () =>
  // @ts-expect-error  a cohort's capacity can be left out of an update, but never be null
  academyUpdateCohort({ path: { cohort_id: "" }, body: { max_capacity: null } });
