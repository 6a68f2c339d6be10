import os
import signal
import threading
import time

import pytest

from molgfn.campaign.record.stop import STOP_SIGNALS, stop_on_signals
from molgfn.errors import Stopped


def send(number):
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_a_signal_stops_at_the_next_safe_point(number):
    with stop_on_signals("molgfn resume runs/x") as stop:
        stop.check()
        send(number)
        with pytest.raises(Stopped, match=rf"stopped by {number.name}") as stopped:
            stop.check()
    assert stopped.value.hint == "molgfn resume runs/x"
    assert stopped.value.exit_code == 75


def test_a_wait_is_interrupted_at_once():
    with stop_on_signals("") as stop:
        started = time.monotonic()
        threading.Timer(0.1, send, [signal.SIGTERM]).start()
        with pytest.raises(Stopped), stop.waiting():
            time.sleep(600)
        assert time.monotonic() - started < 300


def test_a_wait_does_not_begin_after_a_signal():
    with stop_on_signals("") as stop:
        send(signal.SIGUSR1)
        with pytest.raises(Stopped), stop.waiting():
            pytest.fail("waited")


def test_the_user_is_told_once_that_the_signal_was_heard(capfd):
    with stop_on_signals(""):
        send(signal.SIGTERM)
        send(signal.SIGUSR1)
    assert capfd.readouterr().err == "\nSIGTERM: stopping at the next safe point (Ctrl-C: at once)\n"


def test_a_second_ctrl_c_does_not_wait_for_a_safe_point():
    with stop_on_signals(""):
        send(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            send(signal.SIGINT)


def test_a_second_sigterm_still_waits_for_a_safe_point():
    with stop_on_signals("") as stop:
        send(signal.SIGTERM)
        send(signal.SIGTERM)
        with pytest.raises(Stopped):
            stop.check()


def test_former_handlers_come_back():
    before = [signal.getsignal(number) for number in STOP_SIGNALS]
    with stop_on_signals(""):
        assert signal.getsignal(signal.SIGTERM) != before[0]
    assert [signal.getsignal(number) for number in STOP_SIGNALS] == before


def test_outside_the_main_thread_nothing_is_handled():
    seen = []

    def work():
        with stop_on_signals("") as stop:
            seen.append(signal.getsignal(signal.SIGTERM))
            stop.check()

    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]
