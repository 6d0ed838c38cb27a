/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Usage;

/** Devices for the tests of the ways and the prober. */
final class Devices {
    static final HostDevice MDEV = mdev("mtty", Usage.FREE);
    static final HostDevice PCI = pci("vfio-pci", true);

    private Devices() {}

    static HostDevice mdev(String driver, Usage usage) {
        return new HostDevice(
                "1f0f2d6a-0000-4000-8000-000000000007",
                DeviceKind.MDEV,
                driver,
                driver + "-1",
                driver,
                null,
                true,
                4,
                null,
                usage);
    }

    static HostDevice pci(String driver, boolean bound) {
        return new HostDevice("0000:01:00.0", DeviceKind.PCI, null, null, driver, null, bound, 7, null, Usage.FREE);
    }

    static Usage heldBy(long pid, String command) {
        return Usage.inUse(List.of(new Usage.Holder(pid, command)));
    }

    /** A way that answers the same to whoever asks. */
    static Way way(String name, Map<Question, Answer> answers) {
        return new Way() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public String needs() {
                return "nothing";
            }

            @Override
            public String touches() {
                return "nothing";
            }

            @Override
            public Map<Question, Answer> ask(HostDevice device) {
                return answers;
            }
        };
    }

    /** The same answer to every question. */
    static Map<Question, Answer> all(Answer answer) {
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        for (Question question : Question.values()) {
            answers.put(question, answer);
        }
        return answers;
    }
}
