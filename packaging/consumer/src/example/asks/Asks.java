/* SPDX-License-Identifier: Apache-2.0 */
package example.asks;

import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Prober;
import org.vfio4j.management.probe.Question;
import org.vfio4j.management.probe.Ways;

/** Asks the sample devices, one a type, and prints a line for each. */
final class Asks {
    private Asks() {}

    public static void main(String[] args) {
        try (UserHost host = UserHost.demo()) {
            Prober prober = new Prober(Ways.of(host, false));
            for (HostDevice device : host.inventory().devices()) {
                DeviceProbe probe = prober.probe(device);
                System.out.println(device.type().orElseThrow()
                        + ": region display " + probe.answer(Question.DISPLAY_REGION).word()
                        + ", migration " + probe.answer(Question.MIGRATION).word());
            }
        }
    }
}
