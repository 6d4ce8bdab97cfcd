// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_INTERLEAVING_TURN_HPP
#define OMS_TEST_INTERLEAVING_TURN_HPP

// What a thread whose turn it is may ask for. Nobody else knows how mutexes and condition variables behave here.

namespace oms::interleaved {

class turn {
public:
    /// Of the calling thread; null: it is no thread of a scene.
    static turn* mine() noexcept;

    virtual void yield() = 0;
    virtual void lock(void* mutex) = 0;
    virtual bool try_lock(void* mutex) = 0;
    virtual void unlock(void* mutex) = 0;
    virtual void wait(void* condition, void* mutex) = 0;
    /// Wakes those that wait, or the first of them.
    virtual void notify(void* condition, bool all) = 0;

protected:
    ~turn() = default;
};

}  // namespace oms::interleaved

#endif
