/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.vfio4j.management.host.HostDevice;

/**
 * A device with an answer to every question.
 *
 * @param device as the host shows it
 * @param answers one for each {@link Question}, in their order
 */
public record DeviceProbe(HostDevice device, Map<Question, Answer> answers) {
    public DeviceProbe {
        if (answers.size() != Question.values().length) {
            throw new IllegalArgumentException("not every question is answered for " + device.name());
        }
        answers = Collections.unmodifiableMap(new EnumMap<>(answers));
    }

    public Answer answer(Question question) {
        Answer answer = answers.get(question);
        if (answer == null) {
            throw new IllegalStateException("no answer to " + question);
        }
        return answer;
    }

    /** The first unknown answer, if there is one. */
    public Optional<Answer.Unknown> firstUnknown() {
        return answers.values().stream()
                .filter(Answer.Unknown.class::isInstance)
                .map(Answer.Unknown.class::cast)
                .findFirst();
    }
}
