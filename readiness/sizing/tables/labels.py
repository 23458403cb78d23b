"""The sizing's codes in the reader's words. The core and the rules speak English codes, translated here."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from readiness.core.sizing.answer import Constraint
from readiness.core.sizing.inputs import Grade
from readiness.sizing.choices import PriceOrigin

Text = str | Promise

GRADE_SENTENCES: dict[str, Text] = {
    Grade.SWEEP: _("It stands on a full sweep."),
    Grade.TWO_POINTS: _("It stands on two measured points."),
    Grade.SATURATION: _("A screening: only the saturation was measured."),
    Grade.NOTHING: _("Order of magnitude, do not buy: nothing was measured."),
}
# An API is not measured by us: what is known of it is its quota.
GRADE_SENTENCES_API: dict[str, Text] = {
    Grade.SATURATION: _("It stands on the quota agreed; its speed was not measured."),
    Grade.NOTHING: _("Nothing is agreed with the provider yet."),
}
CONSTRAINTS: dict[str, Text] = {
    Constraint.TPOT: _("Time per output token"),
    Constraint.TTFT: _("Time to the first token"),
    Constraint.LATENCY: _("Time of the whole answer"),
    Constraint.QUEUE: _("Waiting in the queue"),
    Constraint.COMPUTE: _("Compute"),
    Constraint.MEMORY_BANDWIDTH: _("Memory bandwidth"),
    Constraint.KV_CACHE: _("KV cache"),
    Constraint.BATCH_CAP: _("Requests at once"),
    Constraint.SATURATION: _("Measured saturation"),
    Constraint.WINDOW: _("The window"),
    Constraint.AVAILABILITY: _("Availability"),
    Constraint.QUOTA: _("The provider's quota"),
    Constraint.QUOTA_UNKNOWN: _("Quota not known"),
    Constraint.WEIGHTS_DO_NOT_FIT: _("Weights do not fit"),
    Constraint.CONTEXT_TOO_LONG: _("Context too short"),
    Constraint.MEMORY: _("Memory"),
    Constraint.TARGET_OUT_OF_REACH: _("Target out of reach"),
}
WHY_NONE: dict[str, Text] = {
    Constraint.WEIGHTS_DO_NOT_FIT: _("the weights do not fit into the memory of one replica"),
    Constraint.CONTEXT_TOO_LONG: _("the requests are longer than the model's context"),
    Constraint.KV_CACHE: _("no long request fits beside the weights"),
    Constraint.TARGET_OUT_OF_REACH: _("even an idle replica is slower than the target"),
    Constraint.AVAILABILITY: _("no number of replicas reaches the availability"),
    Constraint.MEMORY: _("the training state does not fit"),
}
NOTES: dict[str, Text] = {
    "order_of_magnitude": _("From data sheets and rules of thumb alone: order of magnitude, do not buy on it."),
    "screening": _("Only the highest throughput was measured; how much of it is left in time comes from MLPerf's pairs."),
    "other_stack": _("The measurement is of other software and says nothing about the one planned; it is left out."),
    "measured_mix_unknown": _("Nobody wrote down how many tokens the measured requests had; the measurement is left out."),
    "no_point_left": _("No measured point can be believed; see why below."),
    "no_saturation_seen": _("The measured points do not reach where throughput bends: measure at higher loads."),
    "no_rise_seen": _("The measured points do not show the idle speed: measure at lower loads."),
    "too_few_points": _("Two different loads are the least that a law can be fitted to."),
    "may_be_out_of_reach": _("In the worst case of what is not known, no number of replicas meets the targets."),
    "in_reach_at_best": _("Only in the best case of what is not known do the targets come into reach."),
    "allen_cunneen_corrected": _("Bursts on many slots: the queueing formula is too optimistic there and was corrected by 1.8."),
    "latency_not_measured": _("How fast the provider answers was not measured, so the latency targets are not judged."),
    "availability_unknown": _("What availability the provider promises is not known."),
}
MISSING: dict[str, Text] = {
    "model": _("which model it is"),
    "accelerator": _("which accelerator it runs on"),
    "parameters": _("how many parameters the model has"),
    "layers": _("the model's layers (for its KV cache)"),
    "memory_bytes": _("the accelerator's memory"),
    "bandwidth": _("the accelerator's memory bandwidth"),
    "flops": _("how fast the accelerator computes at this precision"),
    "service_s": _("how long one request takes on one worker"),
    "workers": _("how long one request takes: a classic model is sized as workers"),
    "too_large": _("whether these numbers are right: they ask for more than there is in the world"),
    "wrong_candidate": _("another kind of option: this one cannot do the task"),
}
# Inputs that are no field of the profile, and how the sentence calls those of the profile that nobody knows.
INPUTS: dict[str, Text] = {
    "mfu": _("Compute reached (MFU)"),
    "mbu": _("Bandwidth reached (MBU)"),
    "service_s": _("Time of one request on a worker"),
    "service_cv2": _("Variation of that time (squared)"),
    "measurement": _("How well the speed is known"),
    "weight_bytes": _("Precision of the weights"),
    "kv_bytes": _("Precision of the KV cache"),
    "accelerators": _("Accelerators per replica"),
    "max_num_seqs": _("Sequences in a batch, at most"),
    "measured": _("A full sweep instead of this grade"),
    "providers": _("Providers of the same kind"),
}
IN_SENTENCE: dict[str, Text] = {
    "arrival_per_s": _("your requests per second"),
    "peak_factor": _("your peak"),
    "dispersion": _("your burstiness"),
    "growth_per_year": _("your growth"),
    "horizon_months": _("the month to size for"),
    "input_tokens": _("your prompt length"),
    "input_tokens_p95": _("your long prompts"),
    "output_tokens": _("your answer length"),
    "output_tokens_p95": _("your long answers"),
    "concurrency": _("your concurrency"),
    "ttft_s": _("your target for the first token"),
    "tpot_s": _("your target per token"),
    "latency_s": _("your latency target"),
    "availability": _("your availability target"),
    "items_per_run": _("the items of a run"),
    "window_h": _("the window"),
    "training_tokens": _("the tokens to train on"),
    "service_s": _("the time of one request"),
}
FIGURES: dict[str, tuple[Text, str]] = {
    "peak_per_s": (_("Busiest minutes at the horizon"), "per s"),
    "offered_load": (_("Requests being worked on at the peak"), ""),
    "per_replica_per_s": (_("What one replica may be loaded with"), "per s"),
    "utilisation": (_("Load of a replica at the peak"), "share"),
    "in_flight": (_("In flight per replica at the peak"), "requests"),
    "max_in_flight": (_("In flight per replica, at most"), "requests"),
    "ttft_s": (_("Time to the first token"), "s"),
    "tpot_s": (_("Time per output token"), "s"),
    "latency_s": (_("Whole answer"), "s"),
    "wait_probability": (_("Requests that wait"), "share"),
    "service_p_s": (_("Time on the worker, at the target's percentile"), "s"),
    "weights_gb": (_("Weights"), "GB"),
    "kv_gb_per_request": (_("KV cache of one request"), "GB"),
    "kv_share": (_("KV cache in use at the peak"), "share"),
    "requests_per_minute": (_("Quota needed: requests"), "1/min"),
    "tokens_per_minute": (_("Quota needed: tokens"), "1/min"),
    "input_tokens_per_minute": (_("Quota needed: input tokens"), "1/min"),
    "output_tokens_per_minute": (_("Quota needed: output tokens"), "1/min"),
    "quota_share": (_("Share of the quota"), "share"),
    "training_flops": (_("Operations of a run"), ""),
    "training_state_gb": (_("Training state"), "GB"),
    "run_h": (_("Time of a run"), "hours"),
    "storage_gb": (_("Storage at the horizon"), "GB"),
    "storage_read_gb_per_s": (_("Reading all weights within two minutes"), "GB/s"),
    "network_gbit_per_s": (_("Network at the peak"), "Gbit/s"),
}
# Units in which a figure is read, the largest first.
SCALES: dict[str, tuple[tuple[float, str], ...]] = {
    "s": ((1.0, "s"), (1e-3, "ms")),
    "GB": ((1e3, "TB"), (1.0, "GB"), (1e-3, "MB")),
    "GB/s": ((1.0, "GB/s"), (1e-3, "MB/s")),
    "Gbit/s": ((1.0, "Gbit/s"), (1e-3, "Mbit/s"), (1e-6, "kbit/s")),
}
STEPS: dict[str, Text] = {
    "kv_room_gb": _("Room for keys and values"),
    "t0_s": _("Idle step"),
    "kp_s": _("Time per prompt token"),
    "kd_s": _("Time per sequence in a step"),
    "work_s": _("Work of one request"),
    "measured_work_s": _("Work of one request, as measured"),
    "rate_at_mean_tpot": _("Rate at the target, on the mean"),
    "rate_at_tpot": _("Rate at the target, at its percentile"),
    "rate": _("Rate within every limit"),
    "in_flight_per_replica": _("In flight per replica, to count on"),
    "needed": _("Replicas for the load"),
    "replicas": _("Replicas with spares"),
    "service_s": _("Time of one request, with its margin"),
    "slots_for_load": _("Slots for the load"),
    "longest_wait_s": _("Longest wait that the target leaves"),
    "late_share": _("Requests that wait longer"),
    "safe_flops": _("What one replica computes"),
    "needed_for_window": _("Replicas for the window"),
    "needed_for_memory": _("Replicas for the training state"),
}
PRICE_ORIGINS: dict[str, Text] = {
    PriceOrigin.OURS: _("our price"),
    PriceOrigin.POOL: _("what the pool costs"),
    PriceOrigin.LISTED: _("public list price"),
    PriceOrigin.UNKNOWN: _("no price known"),
}
