"""Removing the demo begins with the slices above: each has a step of its own (portfolio/kit/demo.py)."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("portfolio.initiatives.migrations.0006_remove_demo_function")._function()
# Only functions of this function's own owner count as steps: nobody else's may run with the owner's rights.
STEPS = """
    FOR step IN
        SELECT p.proname FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND p.pronargs = 0 AND p.proowner = current_user::regrole
            AND p.proname ~ '^pilotage_demo_step_[0-9]{2}_'
        ORDER BY p.proname DESC
    LOOP
        EXECUTE format('SELECT public.%I()', step) INTO told;
        removed := removed || (told - 'adopted');
        adopted := adopted || ARRAY(SELECT jsonb_array_elements_text(told->'adopted'));
    END LOOP;
"""
FIRST = "    SET CONSTRAINTS ALL IMMEDIATE;\n"
NAMES = "    adopted text[] := '{}';\n"


def _with_steps() -> str:
    assert BEFORE.count(FIRST) == BEFORE.count(NAMES) == 1
    named = BEFORE.replace(NAMES, NAMES + "    step name;\n    told jsonb;\n")
    return named.replace(FIRST, FIRST + STEPS)


class Migration(migrations.Migration):
    dependencies = [("initiatives", "0008_alter_initiativedate_kind")]

    operations = [migrations.RunSQL(_with_steps(), BEFORE)]
