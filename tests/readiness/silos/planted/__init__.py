"""A portfolio of 10,000 purchases with 200 planted findings of each kind among near misses, and how well they are found.

It shares with the rules nothing but the dataclasses of the world and the names of the kinds. What it plants follows these
definitions, written from DOMAIN.md and the issue alone, before the rules were read:

- outside_plan: a purchase that runs or is planned and was declared not to be in the IT plan. Unknown is not outside.
- duplicate_capability: two or more units hold contracts of their own for one capability at the same time. One contract that
  units share is no duplicate, and neither is a term that ends before the other begins.
- idle_commitment: capacity committed in one unit, measured lately and nearly all of it to be hardly used, while another unit
  asks for the same capability by a request that is still open or by a queue.
- price_tier: several contracts with one vendor (or its group), none of which reaches the vendor's price tier alone, reach it
  together at one time, and do not have its discount.
- shadow_spend: what a bill shows to be spent, net of credits, that no purchase stands behind, by link or by account.
- term_overlap: a unit pays twice: two contracts with one vendor for one product run side by side for weeks.
- renewal_due: a purchase that runs and is not known to end by itself has its notice date (or, where nobody knows that, its
  last day) within weeks.
"""
