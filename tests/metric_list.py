"""Which metrics does any process tell, and with which labels?"""

import importlib
import pkgutil

from prometheus_client import CollectorRegistry, Counter, Histogram

import voicebot.telemetry
from voicebot.telemetry.metrics import METRICS
from workers.metrics import METRICS as WORKER_METRICS

# Of the probe's text file, and of Prometheus itself.
FROM_ELSEWHERE = {
    "up": (),
    "voicebot_probe_well": (),
    "voicebot_probe_voice_to_voice_seconds": (),
    "voicebot_probe_finished_timestamp_seconds": (),
    "process_cpu_seconds_total": (),
    "process_resident_memory_bytes": (),
    "process_start_time_seconds": (),
    "voicebot_build_info": ("process", "release"),
}


def own_metrics() -> dict[str, tuple[str, ...]]:
    """Name as it is declared, to its labels."""
    for module in pkgutil.iter_modules(voicebot.telemetry.__path__):
        importlib.import_module(f"voicebot.telemetry.{module.name}")
    return {
        collector._name: tuple(collector._labelnames)
        for registry in (METRICS.registry, WORKER_METRICS.registry)
        for collector in _collectors(registry)
    }


def series() -> dict[str, tuple[str, ...]]:
    """Name as it is asked for, to its labels."""
    found: dict[str, tuple[str, ...]] = dict(FROM_ELSEWHERE)
    for registry in (METRICS.registry, WORKER_METRICS.registry):
        own_metrics()
        for collector in _collectors(registry):
            name, labels = collector._name, tuple(collector._labelnames)
            if isinstance(collector, Counter):
                found[f"{name}_total"] = labels
            elif isinstance(collector, Histogram):
                found |= {f"{name}_bucket": (*labels, "le")}
                found |= {f"{name}_{part}": labels for part in ("count", "sum")}
            else:
                found[name] = labels
    return found


def _collectors(registry: CollectorRegistry) -> list:  # type: ignore[type-arg]
    return [each for each in list(registry._collector_to_names) if hasattr(each, "_labelnames")]
