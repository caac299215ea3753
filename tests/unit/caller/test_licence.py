import subprocess
import sys


def test_only_a_process_that_places_a_call_loads_the_gpl_library() -> None:
    loads_everything_else = (
        "import sys, voicebot.cli, voicebot.caller.placing, voicebot.caller.bench_latency\n"
        "sys.exit(any(name.startswith('pjsua2') for name in sys.modules))"
    )
    assert (
        subprocess.run([sys.executable, "-c", loads_everything_else], check=False).returncode == 0
    )
