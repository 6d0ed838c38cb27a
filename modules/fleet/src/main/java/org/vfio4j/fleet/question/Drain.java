/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.question;

import java.util.List;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.preflight.DeviceMapping;

/**
 * A plan that empties a host.
 *
 * @param host which
 * @param steps in their order; each has its place, also when all before it were done
 * @param staying what has no place
 */
public record Drain(String host, List<Step> steps, List<Staying> staying) {
    public Drain {
        steps = List.copyOf(steps);
        staying = List.copyOf(staying);
    }

    /**
     * Devices that go together, since one process has them open.
     *
     * @param holder who has them, in words; empty where nobody does
     * @param to the host where they go
     * @param devices what each becomes there
     * @param findings what preflight has to say
     */
    public record Step(String holder, String to, List<DeviceMapping> devices, List<Finding> findings) {
        public Step {
            devices = List.copyOf(devices);
            findings = List.copyOf(findings);
        }
    }

    /**
     * Devices that cannot go.
     *
     * @param holder who has them
     * @param devices their names
     * @param why what keeps them, for the host that would come closest; a sentence if there is none
     */
    public record Staying(String holder, List<String> devices, List<Finding> why) {
        public Staying {
            devices = List.copyOf(devices);
            why = List.copyOf(why);
        }
    }
}
