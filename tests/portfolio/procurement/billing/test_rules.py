"""Rules: what a condition catches, which rule decides which thing, what a look shows, and to whom."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from portfolio.procurement.choices import Kind
from portfolio.procurement.models import BillingAssignment, BillingItem, Capability, Purchase, Vendor
from portfolio.procurement.queries.billing.items import caught, unmapped
from portfolio.procurement.queries.billing.matching import matching
from portfolio.procurement.queries.billing.suggesting import starter, suggestions
from portfolio.procurement.queries.billing.totals import totals, visible_months
from portfolio.procurement.rules.billing import BadCondition, conditions, in_words
from portfolio.procurement.services.billing.assigning import assign
from portfolio.procurement.services.billing.rules import adopt_starter, change_rule, create_rule, delete_rule, move_rule
from tests.people import Organisation
from tests.portfolio.procurement.billing.world import bring, line, work_off

pytestmark = pytest.mark.django_db
BEDROCK = [{"field": "service_name", "operator": "is", "value": "amazon bedrock"}]
ANY = [{"field": "provider", "operator": "starts", "value": "a"}]


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def world(organisation: Organisation) -> Organisation:
    bring(
        organisation.actor("Ada"), organisation.units["Group"],
        line(ResourceId="r-1", Tags='{"Team": "ML"}'), line(ResourceId="r-2"),
        line(ServiceName="Amazon EC2", ServiceCategory="Compute", SubAccountId="S-2", BilledCost="0", EffectiveCost="100"),
    )  # fmt: skip
    return organisation


def vendor(name: str = "Amazon") -> Vendor:
    from portfolio.procurement.rules.matching import normalised

    return Vendor.objects.create(name=name, key=normalised(name))


@pytest.mark.parametrize(
    ("one", "caught_items"),
    [
        ({"field": "service_name", "operator": "is", "value": "AMAZON BEDROCK"}, 2),
        ({"field": "service_name", "operator": "starts", "value": "amazon"}, 3),
        ({"field": "resource_id", "operator": "contains", "value": "-2"}, 1),
        ({"field": "sub_account_id", "operator": "in", "value": ["S-2", "S-9"]}, 1),
        ({"operator": "tag", "tag": "team", "value": "ml"}, 1),
        ({"operator": "tag", "tag": "TEAM"}, 1),
        ({"operator": "tag", "tag": "team", "value": "other"}, 0),
        ({"field": "service_name", "operator": "contains", "value": "100%_"}, 0),
    ],
)
def test_a_condition_catches(world: Organisation, one: dict[str, Any], caught_items: int) -> None:
    assert BillingItem.objects.filter(matching([one])).count() == caught_items


@pytest.mark.parametrize(
    "data",
    [
        [],
        "x",
        [{"field": "billed", "operator": "is", "value": "1"}],
        [{"field": "provider", "operator": "above", "value": "1"}],
        [{"field": "provider", "operator": "is", "value": " "}], [{"operator": "tag"}],
        [{"field": "tags", "operator": "is", "value": "x"}], [{"field": "provider", "operator": "is", "value": ["a", "b"]}],
        [{"field": "provider", "operator": "is", "value": "x", "or": 1}],
    ],
)  # fmt: skip
def test_a_condition_that_is_none(data: object) -> None:
    with pytest.raises(BadCondition):
        conditions(data)


def test_conditions_in_words() -> None:
    both = [*BEDROCK, {"operator": "tag", "tag": "team", "value": "ml"}]
    assert in_words(both) == 'service is "amazon bedrock" and has the tag "team" = "ml"'


def test_the_first_rule_that_says_a_thing_decides_that_thing(world: Organisation) -> None:
    ada, group = world.actor("Ada"), world.units["Group"]
    kinds = {row.key: row for row in Capability.objects.all()}
    one = create_rule(by=ada, unit=group, name="models", conditions=BEDROCK, capability=kinds["model_api"])
    other = create_rule(by=ada, unit=group, name="all", conditions=ANY, capability=kinds["other"], vendor=vendor())
    work_off()
    found = {a.item.service_name: a for a in BillingAssignment.objects.select_related("item", "capability", "vendor")}
    bedrock, ec2 = found["Amazon Bedrock"], found["Amazon EC2"]
    assert (bedrock.capability, bedrock.capability_rule_id) == (kinds["model_api"], one.pk)
    assert (bedrock.vendor_rule_id, ec2.capability_rule_id) == (other.pk, other.pk)
    move_rule(by=ada, rule=other, before=one)
    work_off()
    bedrock.refresh_from_db()
    assert bedrock.capability_rule_id == other.pk
    delete_rule(by=ada, rule=other)
    work_off()
    bedrock.refresh_from_db()
    assert (bedrock.capability_rule_id, bedrock.vendor_id) == (one.pk, None)
    assert assign() == 0, "asked again, nothing changes"


def test_amounts_go_to_the_unit_that_a_rule_names(world: Organisation) -> None:
    ada, group = world.actor("Ada"), world.units["Group"]
    assert totals(world.actor("Finn"), visible_months(world.actor("Finn")), "service") == []
    create_rule(by=ada, unit=group, name="ours", conditions=BEDROCK, to_unit=world.units["Retail"])
    work_off()
    (seen,) = totals(world.actor("Finn"), visible_months(world.actor("Finn")), "service")
    assert (seen.name, seen.costs["billed"], seen.items) == ("Amazon Bedrock", Decimal(20), 2)
    for name in ("Vera", "Iris", "Lars"):
        assert not visible_months(world.actor(name)).exists(), name


def test_one_item_alone_is_no_total_for_who_sees_a_part(world: Organisation) -> None:
    ada, finn = world.actor("Ada"), world.actor("Finn")
    one = [{"field": "resource_id", "operator": "is", "value": "r-2"}]
    create_rule(by=ada, unit=world.units["Group"], name="ours", conditions=one, to_unit=world.units["Retail"])
    work_off()
    (seen,) = totals(finn, visible_months(finn), "service")
    assert seen.suppressed
    assert set(seen.costs.values()) == {None}
    assert caught(finn, one, unit_path=world.units["Group"].path).amounts == ()


def test_a_rule_stays_below_the_unit_whose_bills_it_is_for(world: Organisation) -> None:
    finn, retail = world.actor("Finn"), world.units["Retail"]
    with pytest.raises(ValidationError, match="not part of"):
        create_rule(by=finn, unit=retail, name="theirs", conditions=BEDROCK, to_unit=world.units["Logistics"])
    with pytest.raises(PermissionDenied):
        create_rule(by=finn, unit=world.units["Group"], name="all", conditions=BEDROCK, to_unit=retail)
    with pytest.raises(ValidationError, match="at least one thing"):
        create_rule(by=finn, unit=retail, name="nothing", conditions=BEDROCK)
    rule = create_rule(by=finn, unit=retail, name="ours", conditions=BEDROCK, to_unit=retail)
    with pytest.raises(ValidationError, match="needs a name"):
        change_rule(by=finn, rule=rule, changes={"name": " "})


def test_a_purchase_that_names_the_account_is_what_it_is_for(world: Organisation) -> None:
    stores, amazon = world.units["Stores"], vendor()
    common = {"unit": stores, "kind": Kind.BILLING_ACCOUNT, "billing_account_id": "A-1", "vendor": amazon}
    whole = Purchase.objects.create(title="account", **common)
    part = Purchase.objects.create(title="sub-account", sub_account_id="S-2", **common)
    assign()
    found = dict(BillingAssignment.objects.values_list("item__service_name", "purchase"))
    assert found == {"Amazon Bedrock": whole.pk, "Amazon EC2": part.pk}
    assert set(BillingAssignment.objects.values_list("vendor", "holder")) == {(amazon.pk, stores.pk)}
    Purchase.objects.create(title="again", **common)
    assign()
    assert dict(BillingAssignment.objects.values_list("item__service_name", "purchase"))["Amazon Bedrock"] is None


def test_unmapped_spend_is_by_effective_cost_and_does_not_look_at_what_was_billed(world: Organisation) -> None:
    rows = list(unmapped(world.actor("Ada")))
    assert [(row["item__service_name"], row["billed"], row["effective"]) for row in rows] == [
        ("Amazon EC2", Decimal(0), Decimal(100)), ("Amazon Bedrock", Decimal(20), Decimal(16)),
    ]  # fmt: skip
    adopt_starter(by=world.actor("Ada"), unit=world.units["Group"])
    work_off()
    assert list(unmapped(world.actor("Ada"))) == []
    assert len(list(unmapped(world.actor("Ada"), "vendor"))) == 2


def test_a_look_says_what_a_rule_would_catch(world: Organisation) -> None:
    found = caught(world.actor("Ada"), BEDROCK, unit_path=world.units["Group"].path)
    assert (found.items, found.rows, found.amounts) == (2, 2, (("USD", Decimal(20), Decimal(16)),))
    assert {one["item__resource_id"] for one in found.examples} == {"r-1", "r-2"}
    assert caught(world.actor("Ada"), BEDROCK, unit_path=world.units["Stores"].path).items == 0


def test_the_shipped_rules_hold_and_are_taken_over_once(world: Organisation) -> None:
    keys = set(Capability.objects.values_list("key", flat=True))
    for one in starter():
        assert conditions(one["conditions"])
        assert one["capability"] in keys
    assert adopt_starter(by=world.actor("Ada"), unit=world.units["Group"]) == len(starter())
    assert adopt_starter(by=world.actor("Ada"), unit=world.units["Group"]) == 0


def test_a_vendor_in_the_bills_is_suggested(world: Organisation) -> None:
    amazon = vendor("AWS")
    (one,) = suggestions(world.actor("Ada"))
    assert (one.vendor_id, one.conditions) == (amazon.pk, [{"field": "provider", "operator": "is", "value": "AWS"}])
