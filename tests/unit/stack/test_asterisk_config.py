import re
import stat
from pathlib import Path
from string import Template

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.errors import ConfigurationError
from voicebot.settings import Settings
from voicebot.stack.asterisk_config import (
    CALLS_PER_CORE,
    DIALPLANS_DIR,
    TEMPLATES_DIR,
    InboundNumber,
    install_phones,
    max_calls,
    render,
)
from voicebot.stack.phones import add_phone, remove_phone

NUMBERS = (InboundNumber("+12025550100", is_recorded=True, max_message_s=90),)


def settings_with(state_dir: Path, **changes: object) -> Settings:
    return Settings.model_validate(
        {
            "state_dir": state_dir,
            "ari_password": "Zm9vYmFyYmF6",
            "ami_password": "c3dvcmRmaXNo",
            "probe_password": "c291bmRpbmc",
            **changes,
        }
    )


def _files(directory: Path) -> dict[str, str]:
    return {
        str(path.relative_to(directory)): path.read_text()
        for path in directory.rglob("*")
        if path.is_file()
    }


def test_every_template_and_dialplan_is_rendered(tmp_path: Path) -> None:
    render(settings_with(tmp_path), NUMBERS, tmp_path / "etc")
    templates = {path.name for path in TEMPLATES_DIR.glob("*.conf")}
    dialplans = {f"dialplans/{path.name}" for path in DIALPLANS_DIR.glob("*.conf")}
    trunks = {"trunks/pjsip.conf", "trunks/extensions.conf"}
    assert set(_files(tmp_path / "etc")) == templates | dialplans | trunks


def test_rendering_twice_changes_nothing(tmp_path: Path) -> None:
    settings = settings_with(tmp_path)
    render(settings, NUMBERS, tmp_path / "etc")
    once = _files(tmp_path / "etc")
    render(settings, NUMBERS, tmp_path / "etc")
    assert _files(tmp_path / "etc") == once


def test_a_file_that_is_no_longer_rendered_is_removed(tmp_path: Path) -> None:
    stale = tmp_path / "etc" / "voicemail.conf"
    stale.parent.mkdir()
    stale.write_text("[general]\n")
    render(settings_with(tmp_path), NUMBERS, stale.parent)
    assert not stale.exists()


def test_no_file_is_readable_by_others(tmp_path: Path) -> None:
    render(settings_with(tmp_path), NUMBERS, tmp_path / "etc")
    for path in (tmp_path / "etc").rglob("*.conf"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_the_dialplans_are_copied_as_they_are(tmp_path: Path) -> None:
    render(settings_with(tmp_path), NUMBERS, tmp_path / "etc")
    for path in DIALPLANS_DIR.glob("*.conf"):
        assert (tmp_path / "etc" / "dialplans" / path.name).read_text() == path.read_text()


def test_settings_reach_the_files_they_belong_to(tmp_path: Path) -> None:
    settings = settings_with(
        tmp_path,
        node_name="north2",
        bind_address="192.0.2.7",
        sip_address="192.0.2.8",
        sip_port=5070,
        http_port=8090,
        rtp_first_port=30_000,
        rtp_last_port=30_099,
        claim_timeout_ms=700,
    )
    render(settings, NUMBERS, tmp_path / "etc")
    files = _files(tmp_path / "etc")
    assert "systemname = north2" in files["asterisk.conf"]
    assert "maxcalls = 44" in files["asterisk.conf"]
    assert "bind = 192.0.2.8:5070" in files["pjsip.conf"]
    assert "media_address = 192.0.2.8\nbind_rtp_to_media_address = yes" in files["pjsip.conf"]
    assert "bindaddr = 192.0.2.7\nbindport = 8090" in files["http.conf"]
    assert files["http.conf"].count("permit = 127.0.0.1,192.0.2.7,192.0.2.8") == 2
    assert "rtpstart = 30000\nrtpend = 30099" in files["rtp.conf"]
    assert "[voicebot]" in files["ari.conf"]
    assert "password = Zm9vYmFyYmF6" in files["ari.conf"]
    assert "CLAIM_TIMEOUT_MS = 700" in files["extensions.conf"]


def test_a_number_has_an_extension_with_its_plus_sign_and_one_without(tmp_path: Path) -> None:
    numbers = (*NUMBERS, InboundNumber("1000", is_recorded=False, max_message_s=30))
    render(settings_with(tmp_path), numbers, tmp_path / "etc")
    extensions = (tmp_path / "etc" / "extensions.conf").read_text()
    assert re.findall(r"^exten => ([+0-9]+),1,(\w+)\((.+)\)$", extensions, re.MULTILINE) == [
        ("+12025550100", "Set", "VOICEBOT_IS_RECORDED=1"),
        ("12025550100", "Goto", "+12025550100,1"),
        ("1000", "Set", "VOICEBOT_IS_RECORDED=0"),
        ("+1000", "Goto", "1000,1"),
    ]


def test_a_number_given_twice_is_a_fault(tmp_path: Path) -> None:
    numbers = (*NUMBERS, InboundNumber("12025550100", is_recorded=False, max_message_s=30))
    with pytest.raises(ConfigurationError, match="given twice"):
        render(settings_with(tmp_path), numbers, tmp_path / "etc")
    assert not (tmp_path / "etc").exists()


@given(st.text())
def test_only_digits_and_a_leading_plus_sign_get_into_the_dialplan(did: str) -> None:
    try:
        InboundNumber(did, is_recorded=False, max_message_s=30)
    except ConfigurationError:
        return
    assert set(did) <= set("+0123456789")
    assert "+" not in did[1:]


@pytest.mark.parametrize("seconds", [0, 3601])
def test_a_message_lasts_a_second_at_least_and_an_hour_at_most(seconds: int) -> None:
    with pytest.raises(ConfigurationError, match="1 to 3600 s"):
        InboundNumber("1000", is_recorded=False, max_message_s=seconds)


def test_an_empty_password_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="make setup"):
        render(settings_with(tmp_path, ari_password=""), NUMBERS, tmp_path / "etc")


@pytest.mark.parametrize("changes", [{"ari_password": "a;b"}, {"ari_username": "x]\n[y"}])
def test_no_word_may_break_out_of_its_line(tmp_path: Path, changes: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="letters, digits"):
        render(settings_with(tmp_path, **changes), NUMBERS, tmp_path / "etc")


def test_a_node_that_listens_everywhere_binds_its_media_nowhere_in_particular(
    tmp_path: Path,
) -> None:
    everywhere = "0.0.0.0"  # noqa: S104
    render(settings_with(tmp_path, sip_address=everywhere), NUMBERS, tmp_path / "etc")
    assert "media_address" not in _files(tmp_path / "etc")["pjsip.conf"]


@given(first=st.integers(1024, 60_000), ports=st.integers(4, 5_000), cores=st.integers(1, 128))
def test_there_are_always_ports_for_a_call_that_is_refused(
    first: int, ports: int, cores: int
) -> None:
    settings = settings_with(Path("unused"), rtp_first_port=first, rtp_last_port=first + ports - 1)
    calls = max_calls(settings, cores)
    assert calls >= 1
    assert 2 * calls + 2 <= ports
    assert calls <= CALLS_PER_CORE * cores


def test_too_few_rtp_ports_are_a_fault(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, rtp_first_port=10_000, rtp_last_port=10_002)
    with pytest.raises(ConfigurationError, match="VOICEBOT_RTP_LAST_PORT"):
        max_calls(settings, cores=2)


def test_phones_are_installed_and_taken_away_again(tmp_path: Path) -> None:
    settings = settings_with(tmp_path)
    add_phone(settings, "desk1")
    add_phone(settings, "desk2")
    render(settings, NUMBERS, tmp_path / "etc")
    phones_of_node = tmp_path / "etc" / "phones"
    assert sorted(path.name for path in phones_of_node.iterdir()) == ["desk1.conf", "desk2.conf"]
    remove_phone(settings, "desk1")
    install_phones(settings, tmp_path / "etc")
    assert [path.name for path in phones_of_node.iterdir()] == ["desk2.conf"]


@pytest.mark.parametrize("template", sorted(TEMPLATES_DIR.glob("*.conf")), ids=lambda p: p.name)
def test_a_template_is_one_that_string_template_understands(template: Path) -> None:
    assert Template(template.read_text()).is_valid()


@pytest.mark.parametrize("dialplan", sorted(DIALPLANS_DIR.glob("*.conf")), ids=lambda p: p.name)
def test_every_branch_of_the_dialplan_ends(dialplan: Path) -> None:
    blocks = re.split(r"^(?=exten|\[)", dialplan.read_text(), flags=re.MULTILINE)
    for block in blocks:
        if block.startswith("exten"):
            steps = [line for line in block.splitlines() if re.match(r"exten| same", line)]
            assert re.search(r"(Hangup|Goto|Return)\(", steps[-1]), steps[-1]
